const mostItems = 100
const deepest = 5

const describeError = (error: Error): string => {
  const head = `${error.name}: ${error.message}`
  const stack = error.stack ?? ""
  return stack.includes(head) ? stack : `${head}\n${stack}`.trimEnd()
}

const describeWithCause = (error: Error, within: ReadonlyArray<object>): string => {
  const { cause } = error
  const because =
    cause === undefined || within.includes(error) ? "" : `\ncaused by: ${valueText(cause, [...within, error])}`
  const errors = error instanceof AggregateError ? `\nof: ${list(error.errors, [...within, error])}` : ""
  return describeError(error) + because + errors
}

const tagOf = (value: object): string => {
  const prototype: { readonly constructor?: unknown } | null = Object.getPrototypeOf(value)
  if (prototype === null) return "[null prototype]"
  const maker = prototype.constructor
  return typeof maker === "function" && maker !== Object ? maker.name : ""
}

const named = (value: object, text: string): string => {
  const tag = tagOf(value)
  return tag === "" ? text : `${tag} ${text}`
}

const several = (texts: Iterable<string>): string => {
  const shown: Array<string> = []
  let more = 0
  for (const text of texts) {
    if (shown.length < mostItems) shown.push(text)
    else more += 1
  }
  return [...shown, ...(more > 0 ? [`… ${more} more`] : [])].join(",")
}

function* texts(values: Iterable<unknown>, within: ReadonlyArray<object>): Generator<string> {
  for (const value of values) yield valueText(value, within)
}

const list = (values: Iterable<unknown>, within: ReadonlyArray<object>): string => `[${several(texts(values, within))}]`

const fields = (value: object, within: ReadonlyArray<object>): string => {
  const pairs = Reflect.ownKeys(value)
    .filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
    .map((key) => {
      const name = typeof key === "symbol" ? `[${String(key)}]` : JSON.stringify(key)
      return `${name}:${valueText((value as Record<PropertyKey, unknown>)[key], within)}`
    })
  return `{${several(pairs)}}`
}

function* entries(map: ReadonlyMap<unknown, unknown>, within: ReadonlyArray<object>): Generator<string> {
  for (const [key, value] of map) yield `${valueText(key, within)} => ${valueText(value, within)}`
}

const objectText = (value: object, around: ReadonlyArray<object>): string => {
  if (around.includes(value)) return "[Circular]"
  if (value instanceof Error) return describeWithCause(value, around)
  if (around.length >= deepest) return Array.isArray(value) ? "[…]" : named(value, "{…}")
  const within = [...around, value]
  if (Array.isArray(value)) return list(value, within)
  if (value instanceof Map) return `Map(${value.size}) {${several(entries(value, within))}}`
  if (value instanceof Set) return `Set(${value.size}) {${several(texts(value, within))}}`
  if (value instanceof RegExp) return String(value)
  if (ArrayBuffer.isView(value) && "length" in value) {
    return `${tagOf(value)}(${value.length}) ${list(value as unknown as Iterable<unknown>, within)}`
  }
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === "function") return valueText(toJSON.call(value, ""), within)
  return named(value, fields(value, within))
}

const valueText = (value: unknown, within: ReadonlyArray<object>): string => {
  try {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value)
      case "bigint":
        return `${value}n`
      case "function":
        return `[function ${value.name || "without a name"}]`
      case "object":
        return value === null ? "null" : objectText(value, within)
      default:
        return String(value)
    }
  } catch (error) {
    return `[${error instanceof Error ? `${error.name}: ${error.message}` : "an error"} while it was read]`
  }
}

/**
 * A value as a log shows it, on every engine alike. Texts stay as they are; data is written as JSON; an error gives name,
 * message, stack and cause; maps, sets, instances of classes and circles are told as what they are.
 */
export const describe = (value: unknown): string => (typeof value === "string" ? value : valueText(value, []))

const conversions: Readonly<Record<string, (value: unknown) => string>> = {
  s: (value) => (typeof value === "object" && value !== null ? describe(value) : String(value)),
  d: (value) => String(typeof value === "object" ? Number.NaN : Number(value)),
  i: (value) => String(typeof value === "object" ? Number.NaN : Number.parseInt(String(value), 10)),
  f: (value) => String(Number.parseFloat(String(value))),
  j: (value) => JSON.stringify(value) ?? "undefined",
  o: describe,
  O: describe,
  c: () => ""
}

/** The text of a log line: `%s` and its kin in the first value are filled in, as in every console. */
export const formatLine = ([first, ...rest]: ReadonlyArray<unknown>): string => {
  if (typeof first !== "string")
    return first === undefined && rest.length === 0 ? "" : [first, ...rest].map(describe).join(" ")
  let next = 0
  const filled = first.replace(/%([sdifjoOc%])/g, (all, kind: string) => {
    if (kind === "%") return rest.length === 0 ? all : "%"
    return next < rest.length ? (conversions[kind]?.(rest[next++]) ?? all) : all
  })
  return [filled, ...rest.slice(next).map(describe)].join(" ")
}
