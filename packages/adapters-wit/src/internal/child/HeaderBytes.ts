import { Buffer } from "node:buffer"

/** Names and values of headers together, in bytes of UTF-8. */
export const headerBytes = (headers: ReadonlyArray<{ readonly name: string; readonly value: string }>): number =>
  headers.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
