/**
 * Copies what came from the host into this realm: an absent option is null on every engine, bytes are a `Uint8Array`,
 * big integers are numbers. `Absent` stands for undefined, which StarlingMonkey gives where QuickJS gives null.
 */
export type Lifted<A> = A extends undefined
  ? null
  : A extends bigint
    ? number
    : A extends string | number | boolean | null | Uint8Array
      ? A
      : A extends ReadonlyArray<infer Item>
        ? Array<Lifted<Item>>
        : A extends object
          ? { [Name in keyof A]-?: Lifted<A[Name]> }
          : A

const lifted = (value: unknown): unknown => {
  if (value === undefined || value === null) return null
  if (typeof value === "bigint") return Number(value)
  if (typeof value !== "object") return value
  if (Array.isArray(value)) return Array.from(value, lifted)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value as Uint8Array)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, lifted(field)]))
}

/** See `Lifted`. */
export const lift = <A>(value: A): Lifted<A> => lifted(value) as Lifted<A>

/** Leaves out the fields that are null, for types that know them as missing. */
export const withoutNulls = <A extends object>(
  value: A
): { [Name in keyof A as null extends A[Name] ? never : Name]: A[Name] } & {
  [Name in keyof A as null extends A[Name] ? Name : never]?: NonNullable<A[Name]>
} =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) as ReturnType<typeof withoutNulls<A>>

/** A JSON object of texts that the host gives as one text; null where it is none. */
export const fieldMessages = (json: string | null): Record<string, string> | null => {
  const value = json === null ? null : parsed(json)
  if (typeof value !== "object" || value === null) return null
  return Object.fromEntries(Object.entries(value).map(([field, message]) => [field, String(message)]))
}

/** A JSON text's value, or the text itself where it is no JSON. */
export const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
