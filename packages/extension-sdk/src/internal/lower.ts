/**
 * Checks and copies what an author passes before it crosses into the host. The engines do not: QuickJS traps on a
 * wrong type or a lone surrogate, and both wrap or cut numbers that do not fit.
 */
export type Lower<A> = (value: unknown, name: string) => A

const fail = (name: string, rule: string): never => {
  throw new TypeError(`${name} ${rule}`)
}

/** A text; lone surrogates become U+FFFD. */
export const text: Lower<string> = (value, name) =>
  typeof value === "string" ? value.toWellFormed() : fail(name, "must be a string")

/** True or false. */
export const flag: Lower<boolean> = (value, name) =>
  typeof value === "boolean" ? value : fail(name, "must be a boolean")

/** A finite number. */
export const number: Lower<number> = (value, name) =>
  typeof value === "number" && Number.isFinite(value) ? value : fail(name, "must be a finite number")

/** A whole number. */
export const wholeFrom =
  (min: number, max: number): Lower<number> =>
  (value, name) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? value
      : fail(name, `must be a whole number from ${min} to ${max}`)

/** The world's `u32`. */
export const u32 = wholeFrom(0, 0xffff_ffff)

/** The world's `u64`, as far as a number is exact. Both engines take a number here. */
export const u64 = wholeFrom(0, Number.MAX_SAFE_INTEGER)

/** Bytes of any realm: on StarlingMonkey the host's are of another. */
export const bytes: Lower<Uint8Array> = (value, name) =>
  Object.prototype.toString.call(value) === "[object Uint8Array]"
    ? new Uint8Array(value as Uint8Array)
    : fail(name, "must be a Uint8Array")

/** One of the cases of an enum. */
export const oneOf =
  <const Case extends string>(cases: ReadonlyArray<Case>): Lower<Case> =>
  (value, name) =>
    cases.find((one) => one === value) ?? fail(name, `must be one of ${cases.join(", ")}`)

/** A value that may be left out, as undefined or as null. */
export const option =
  <A>(lower: Lower<A>): Lower<A | undefined> =>
  (value, name) =>
    value === undefined || value === null ? undefined : lower(value, name)

/** A JSON text of any value; left out where the value is undefined. */
export const json: Lower<string | undefined> = (value, name) => {
  try {
    return JSON.stringify(value)?.toWellFormed()
  } catch {
    return fail(name, "must be a value that JSON can hold")
  }
}

/** A list. */
export const list =
  <A>(lower: Lower<A>): Lower<Array<A>> =>
  (value, name) =>
    Array.isArray(value) ? value.map((item, at) => lower(item, `${name}[${at}]`)) : fail(name, "must be an array")

/** A record of exactly these fields; others are left behind. */
export const record =
  <Fields extends Record<string, Lower<unknown>>>(
    fields: Fields
  ): Lower<{ [Name in keyof Fields]: ReturnType<Fields[Name]> }> =>
  (value, name) => {
    if (typeof value !== "object" || value === null) return fail(name, "must be an object")
    const source = value as Record<string, unknown>
    const copy = Object.entries(fields).map(([key, lower]) => [key, lower(source[key], `${name}.${key}`)])
    return Object.fromEntries(copy)
  }
