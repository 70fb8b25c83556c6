import { Option, Schema } from "effect"

const mostCharacters = 2_000
const mostFieldErrors = 16_384

const Refused = Schema.Struct({
  success: Schema.optionalKey(Schema.Literal(false)),
  error: Schema.optionalKey(Schema.NullOr(Schema.String)),
  fieldErrors: Schema.optionalKey(Schema.Unknown)
})
const decode = Schema.decodeUnknownOption(Refused)

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length > mostFieldErrors ? null : text
}

/** What the product says of a change that it refused. */
export interface Refusal {
  readonly error: string
  /** A JSON text. */
  readonly fieldErrors: string | null
}

/** The product's own words for a refusal; null where it does not say that it refused. */
export const refusalOf = (status: number, body: unknown): Refusal | null => {
  const refused = Option.getOrNull(decode(body))
  if (status !== 400 && refused?.success !== false) return null
  return {
    error: refused?.error?.slice(0, mostCharacters) || "Validation failed",
    fieldErrors: textOf(refused?.fieldErrors)
  }
}
