import { Capability } from "@alga-psa/ext-domain"
import { JsonSchema, Schema } from "effect"
import { AuthoredManifest } from "./AuthoredManifest.ts"

/** Objects whose fields are all known have no others, so that an editor shows a misspelt one. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== "object" || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]))
  return "properties" in inner ? { ...inner, additionalProperties: false } : inner
}

/** The rules for a `manifest.json` as JSON Schema (draft 7), for editors. It is made from {@link AuthoredManifest}. */
export const manifestSchema = (): Readonly<Record<string, unknown>> => {
  const { schema } = JsonSchema.toDocumentDraft07(Schema.toJsonSchemaDocument(AuthoredManifest))
  const rules = closed(schema) as { readonly properties: Readonly<Record<string, object>> }
  return {
    $schema: JsonSchema.META_SCHEMA_URI_DRAFT_07,
    title: "Manifest of an Alga PSA extension",
    ...rules,
    properties: {
      ...rules.properties,
      capabilities: {
        ...rules.properties["capabilities"],
        items: { type: "string", enum: Capability.literals },
        uniqueItems: true
      }
    }
  }
}
