import { Buffer } from "node:buffer"

/** Standard base64, with its padding and in its one form; null where the text is something else. */
const fromBase64 = (text: string): Uint8Array | null => {
  const bytes = Buffer.from(text, "base64")
  return bytes.toString("base64") === text ? bytes : null
}

const encoding = "base64-bytes"

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

/** Bytes as the product keeps them: a JSON value, and metadata that says what it is. */
export const storedBytes = (bytes: Uint8Array) => ({
  value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  metadata: { encoding }
})

/** The bytes of a value that the product keeps, whoever put it there; null if its metadata does not fit its value. */
export const bytesStored = (value: unknown, metadata: unknown): Uint8Array | null => {
  if (fieldOf(metadata, "encoding") === encoding) return typeof value === "string" ? fromBase64(value) : null
  const wrapped = fieldOf(value, "_bytes_b64")
  if (typeof wrapped === "string") return fromBase64(wrapped)
  if (typeof value === "string") return fromBase64(value) ?? Buffer.from(value)
  return Buffer.from(JSON.stringify(value ?? null))
}
