import { Option, Schema, SchemaTransformation } from "effect"

/** SHA-256 of a bundle's archive, `sha256:<hex>` or `<hex>`; decoded to 64 lower-case hexadecimal digits. */
export const ContentHash = Schema.String.check(
  Schema.isPattern(/^(sha256:)?[0-9a-f]{64}$/i, { message: "must be sha256:<64 hexadecimal digits>" })
).pipe(
  Schema.decode(
    SchemaTransformation.transform({
      decode: (hash) => hash.toLowerCase().replace("sha256:", ""),
      encode: (hex) => `sha256:${hex}`
    })
  )
)

const decode = Schema.decodeOption(ContentHash)

/** The hashes among stored texts, each once and in order. */
export const contentHashes = (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(texts.flatMap((text) => Option.toArray(decode(text))))].sort()
