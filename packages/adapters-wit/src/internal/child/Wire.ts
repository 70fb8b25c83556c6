import { Buffer } from "node:buffer"

/**
 * Values as they cross the pipe: JSON, with three shapes of its own. `{$b}` is bytes in base64, `{$u}` a 64-bit number
 * in decimal, `{$f}` a number that JSON cannot hold. Absent options are null. No record of the world has such fields.
 */
export type Packed = string | number | boolean | null | ReadonlyArray<Packed> | { readonly [key: string]: Packed }

const isRecord = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const isPacked = (value: unknown): value is Packed => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true
    case "number":
      return Number.isFinite(value)
    case "object": {
      if (value === null) return true
      if (Array.isArray(value)) return value.every(isPacked)
      if (!isRecord(value)) return false
      for (const key in value) if (!isPacked(Reflect.get(value, key))) return false
      return true
    }
    default:
      return false
  }
}

const packed = (value: unknown): Packed => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "undefined":
      return null
    case "number":
      return Number.isFinite(value) ? value : { $f: String(value) }
    case "bigint":
      return { $u: value.toString() }
    case "object": {
      if (value === null) return null
      if (value instanceof Uint8Array) {
        return { $b: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") }
      }
      if (Array.isArray(value)) return value.map(packed)
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, packed(field)]))
    }
    default:
      throw new TypeError("a value cannot cross the pipe")
  }
}

/**
 * Turns a value of jco's mapping to JavaScript into what JSON can hold; one that JSON can hold as it is stays the same.
 * Throws a `TypeError` for functions.
 */
export const pack = (value: unknown): Packed => (isPacked(value) ? value : packed(value))

/** Whether a text that `JSON.stringify` made may hold something for {@link unpack} to change. */
export const needsUnpacking = (text: string): boolean => text.includes('{"$')

/** A value that is nested deeper than was allowed. */
export class TooNested extends Error {}

const largest = 2n ** 64n - 1n

const u64 = (digits: string): bigint => {
  const value = /^\d{1,20}$/.test(digits) ? BigInt(digits) : null
  if (value === null || value > largest) throw new SyntaxError("not a 64-bit number")
  return value
}

/**
 * The reverse of {@link pack}; what is null stays null. Throws a `SyntaxError` for a 64-bit number that is none, and
 * {@link TooNested} for lists and records that are in each other by more than `levels`.
 */
export const unpack = (packed: unknown, levels = Number.POSITIVE_INFINITY): unknown => {
  if (packed === null || typeof packed !== "object") return packed
  if (levels < 1) throw new TooNested()
  if (Array.isArray(packed)) return packed.map((item) => unpack(item, levels - 1))
  if ("$b" in packed && typeof packed.$b === "string") return new Uint8Array(Buffer.from(packed.$b, "base64"))
  if ("$u" in packed && typeof packed.$u === "string") return u64(packed.$u)
  if ("$f" in packed && typeof packed.$f === "string") return Number(packed.$f)
  return Object.fromEntries(Object.entries(packed).map(([key, field]) => [key, unpack(field, levels - 1)]))
}
