import { JsonSchema, Schema } from "effect"
import { BundleDiff } from "./BundleDiff.ts"

/** The shape of what `alga-ext diff --json` prints, as JSON Schema (draft 7). */
export const diffSchema = (): Readonly<Record<string, unknown>> => {
  const { schema } = JsonSchema.toDocumentDraft07(Schema.toJsonSchemaDocument(BundleDiff))
  return {
    $schema: JsonSchema.META_SCHEMA_URI_DRAFT_07,
    title: "What a new version of an Alga PSA extension asks for, beside an old one",
    ...schema
  }
}
