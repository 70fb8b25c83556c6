const mostItems = 100
const deepest = 5
const mostCauses = 20

/** What a text has room for yet, in values. A hundred letters take as much of it as a value. */
export interface Room {
  left: number
}

export const roomFor = (values = 10_000): Room => ({ left: values })

const spend = (text: string, room: Room): string => {
  room.left -= text.length / 100
  return text
}

const describeError = (error: Error): string => {
  const head = `${error.name}: ${error.message}`
  const stack = error.stack ?? ""
  return stack.includes(head) ? stack : `${head}\n${stack}`.trimEnd()
}

const describeWithCause = (error: Error, around: ReadonlyArray<object>, room: Room): string => {
  const seen = [...around, error]
  const own = spend(describeError(error), room)
  const { cause } = error
  const because = cause === undefined ? "" : `\ncaused by: ${valueText(cause, seen, room)}`
  const errors = error instanceof AggregateError ? `\nof: ${list(error.errors, seen, room)}` : ""
  return own + because + errors
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

/** The first of so many items, and how many are left out. */
const several = <A>(items: Iterable<A>, count: number, room: Room, textOf: (item: A) => string): string => {
  const shown: Array<string> = []
  for (const item of items) {
    if (shown.length >= mostItems || room.left <= 0) break
    shown.push(textOf(item))
  }
  const more = count - shown.length
  return [...shown, ...(more > 0 ? [`… ${more} more`] : [])].join(",")
}

const list = (values: ReadonlyArray<unknown>, seen: ReadonlyArray<object>, room: Room): string =>
  `[${several(values, values.length, room, (value) => valueText(value, seen, room))}]`

const fields = (value: object, seen: ReadonlyArray<object>, room: Room): string => {
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
  const field = (key: PropertyKey) => {
    const name = spend(typeof key === "symbol" ? `[${String(key)}]` : JSON.stringify(key), room)
    return `${name}:${valueText((value as Record<PropertyKey, unknown>)[key], seen, room)}`
  }
  return `{${several(keys, keys.length, room, field)}}`
}

const objectText = (value: object, around: ReadonlyArray<object>, room: Room): string => {
  if (around.includes(value)) return "[Circular]"
  if (value instanceof Error) return around.length < mostCauses ? describeWithCause(value, around, room) : "…"
  if (around.length >= deepest) return Array.isArray(value) ? "[…]" : named(value, "{…}")
  const seen = [...around, value]
  const text = (inner: unknown) => valueText(inner, seen, room)
  if (Array.isArray(value)) return list(value, seen, room)
  if (value instanceof Map) {
    return `Map(${value.size}) {${several(value, value.size, room, ([key, inner]) => `${text(key)} => ${text(inner)}`)}}`
  }
  if (value instanceof Set) return `Set(${value.size}) {${several(value, value.size, room, text)}}`
  if (value instanceof RegExp) return spend(String(value), room)
  if (ArrayBuffer.isView(value) && "length" in value) {
    return `${tagOf(value)}(${value.length}) ${list(value as unknown as ReadonlyArray<unknown>, seen, room)}`
  }
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === "function") return text(toJSON.call(value, ""))
  return named(value, fields(value, seen, room))
}

const valueText = (value: unknown, seen: ReadonlyArray<object>, room: Room): string => {
  if (room.left <= 0) return "…"
  room.left -= 1
  try {
    switch (typeof value) {
      case "string":
        return spend(JSON.stringify(value), room)
      case "bigint":
        return spend(`${value}n`, room)
      case "function":
        return spend(`[function ${value.name || "without a name"}]`, room)
      case "object":
        return value === null ? "null" : objectText(value, seen, room)
      default:
        return spend(String(value), room)
    }
  } catch (error) {
    return spend(`[${error instanceof Error ? `${error.name}: ${error.message}` : "an error"} while it was read]`, room)
  }
}

/**
 * A value as a log shows it, on every engine alike. Texts stay as they are; data is written as JSON; an error gives name,
 * message, stack and cause; maps, sets, instances of classes and circles are told as what they are. `…` is what has no room.
 */
export const describe = (value: unknown, room: Room = roomFor()): string =>
  typeof value === "string" && room.left > 0 ? spend(value, room) : valueText(value, [], room)

/** Values behind each other, in one text. */
export const describeAll = (values: ReadonlyArray<unknown>): string => {
  const room = roomFor()
  return values.map((value) => describe(value, room)).join(" ")
}

/** How deep JSON may be nested: an engine that recurses through more could run out of stack, which nothing can catch. */
const deepestJson = 100

/** JSON as it is; throws where it has no room, is nested too deep, or cannot be written. */
const jsonText = (value: unknown, room: Room): string => {
  let { left } = room
  const depths = new Map<unknown, number>()
  const text = JSON.stringify(value, function (this: unknown, key: string, inner: unknown) {
    const depth = (depths.get(this) ?? 0) + 1
    left -= 1 + (key.length + (typeof inner === "string" ? inner.length : 0)) / 100
    if (left <= 0 || depth > deepestJson) throw new RangeError("no room")
    if (typeof inner === "object") depths.set(inner, depth)
    return inner
  })
  room.left = left
  return text ?? "undefined"
}

const conversions: Readonly<Record<string, (value: unknown, room: Room) => string>> = {
  s: (value, room) => describe(typeof value === "object" ? value : String(value), room),
  d: (value) => String(typeof value === "object" ? Number.NaN : Number(value)),
  i: (value) => String(typeof value === "object" ? Number.NaN : Number.parseInt(String(value), 10)),
  f: (value) => String(Number.parseFloat(String(value))),
  j: jsonText,
  o: describe,
  O: describe,
  c: () => ""
}

/** What cannot be converted, such as a circle or a whole graph to JSON, is described. */
const convert = (kind: string, value: unknown, room: Room): string => {
  try {
    return conversions[kind]?.(value, room) ?? ""
  } catch {
    return describe(value, room)
  }
}

/** The text of a log line: `%s` and its kin in the first value are filled in, as in every console. */
export const formatLine = (values: ReadonlyArray<unknown>): string => {
  const [first, ...rest] = values
  if (typeof first !== "string") return first === undefined && rest.length === 0 ? "" : describeAll(values)
  const room = roomFor()
  let next = 0
  const filled = first.replace(/%([sdifjoOc%])/g, (all, kind: string) => {
    if (kind === "%") return rest.length === 0 ? all : "%"
    return next < rest.length ? convert(kind, rest[next++], room) : all
  })
  return [filled, ...rest.slice(next).map((value) => describe(value, room))].join(" ")
}
