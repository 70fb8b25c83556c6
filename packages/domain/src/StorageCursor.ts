import { Option, Schema } from "effect"

const ProductCursor = Schema.StringFromBase64Url.pipe(
  Schema.decodeTo(Schema.fromJsonString(Schema.Struct({ key: Schema.String })))
)
const decode = Schema.decodeOption(ProductCursor)
const encode = Schema.encodeSync(ProductCursor)

/**
 * The last key that a cursor of `Storage.listEntries` names: the key itself, or the product's form of it, base64url of the
 * JSON `{"key": …}`, which components use that run on both runners.
 */
export const lastKeySeen = (cursor: string): string =>
  Option.match(decode(cursor), { onNone: () => cursor, onSome: ({ key }) => key })

/** The product's form of a cursor behind this key. */
export const productCursor = (lastKey: string): string => encode({ key: lastKey })
