/**
 * Values as the host sends them: JSON, with three shapes of its own. `{$b}` is bytes, by the place of their part among those
 * that follow; `{$u}` a 64-bit number in decimal; `{$f}` a number that JSON cannot hold. Absent options are null. No record of
 * the world has such fields.
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

const packed = (value: unknown, parts: Array<Uint8Array>): Packed => {
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
      if (value instanceof Uint8Array) return { $b: parts.push(value) - 1 }
      if (Array.isArray(value)) return value.map((item) => packed(item, parts))
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, packed(field, parts)]))
    }
    default:
      throw new TypeError("a value cannot cross the pipe")
  }
}

/**
 * Turns a value of jco's mapping to JavaScript into what JSON can hold, and adds its bytes to `parts`; one that JSON can hold
 * as it is stays the same. Throws a `TypeError` for functions.
 */
export const pack = (value: unknown, parts: Array<Uint8Array>): Packed =>
  isPacked(value) ? value : packed(value, parts)

/** Whether a text that `JSON.stringify` made may hold something for {@link unpack} to change. */
export const needsUnpacking = (text: string): boolean => text.includes('{"$')

/** The reverse of {@link pack}; what is null stays null. The host wrote it, so that its shapes are not checked. */
export const unpack = (packed: unknown, parts: ReadonlyArray<Uint8Array>): unknown => {
  if (packed === null || typeof packed !== "object") return packed
  if (Array.isArray(packed)) return packed.map((item) => unpack(item, parts))
  if ("$b" in packed && typeof packed.$b === "number") return parts[packed.$b]
  if ("$u" in packed && typeof packed.$u === "string") return BigInt(packed.$u)
  if ("$f" in packed && typeof packed.$f === "string") return Number(packed.$f)
  return Object.fromEntries(Object.entries(packed).map(([key, field]) => [key, unpack(field, parts)]))
}
