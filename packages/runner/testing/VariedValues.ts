const id = "3fa85f64-5717-4562-b3fc-2c963f66afa6"

/** Values that a schema may meet, good ones for some. */
export const oddValues: ReadonlyArray<unknown> = [
  undefined,
  null,
  0,
  -0,
  1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  10n,
  true,
  false,
  "",
  " ",
  "a",
  "a\0b",
  "x".repeat(201),
  "😀".repeat(200),
  "\ud800",
  "sha256:bad",
  "service",
  id,
  id.toUpperCase(),
  [],
  [id],
  [id, id],
  [1],
  [undefined],
  new Array(3),
  ["a", "b", "c"],
  {},
  { a: "b" },
  { a: 1, b: null },
  Object.create(null),
  Object.create({ name: "a" }),
  JSON.parse('{"__proto__":1,"constructor":2}'),
  new Date(0),
  new Map(),
  new String("a"),
  Symbol("a"),
  () => 1
]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value with each of its fields changed, one at a time: odd, missing, hidden, and with one more beside it. */
const changed = (value: Readonly<Record<string, unknown>>): ReadonlyArray<unknown> => [
  { ...value, more: 1 },
  ...Object.entries(value).flatMap(([name, field]) => {
    const { [name]: _left, ...others } = value
    const deeper = isObject(field)
      ? changed(field)
      : Array.isArray(field)
        ? oddValues.map((odd) => [...field, odd])
        : []
    return [
      others,
      Object.defineProperty({ ...others }, name, { value: field, enumerable: false }),
      ...[...oddValues, ...deeper].map((odd) => ({ ...value, [name]: odd }))
    ]
  })
]

/** A good value, all that differs from it in one place, and values of every other kind. */
export const varied = (good: Readonly<Record<string, unknown>>): ReadonlyArray<unknown> => [
  good,
  ...oddValues,
  ...changed(good)
]
