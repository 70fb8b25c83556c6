const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

const refuse = (what: string): never => {
  throw new DOMException(`structuredClone: ${what} cannot be cloned`, "DataCloneError")
}

const errors = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }
const boxed: ReadonlySet<string> = new Set(["Boolean", "Number", "String", "BigInt"])
/** What the standard clones as an object of nothing but its own fields. */
const plain: ReadonlySet<string> = new Set(["Object", "Arguments"])

type Copies = Map<object, unknown>

const errorOf = (error: Error, copies: Copies): Error => {
  const Maker = Object.hasOwn(errors, error.name) ? errors[error.name as keyof typeof errors] : Error
  const made = new Maker(error.message)
  copies.set(error, made)
  const hidden = (name: string, value: unknown) =>
    Object.defineProperty(made, name, { value, writable: true, configurable: true })
  if (Object.hasOwn(error, "stack")) hidden("stack", String(error.stack))
  if (Object.hasOwn(error, "cause")) hidden("cause", copy(error.cause, copies))
  return made
}

const viewOf = (view: ArrayBufferView, copies: Copies): unknown => {
  const buffer = copy(view.buffer, copies)
  const Maker = view.constructor as new (buffer: unknown, offset: number, length: number) => unknown
  return new Maker(buffer, view.byteOffset, "length" in view ? (view.length as number) : view.byteLength)
}

/** Sets the fields one by one, as own ones, whatever their name. */
const fieldsOf = (from: object, into: object, copies: Copies): object => {
  copies.set(from, into)
  for (const key of Object.keys(from)) {
    const value = copy((from as Record<string, unknown>)[key], copies)
    Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })
  }
  return into
}

const made = (value: object, copies: Copies): unknown => {
  if (ArrayBuffer.isView(value)) return viewOf(value, copies)
  if (value instanceof Error) return errorOf(value, copies)
  if (Array.isArray(value)) return fieldsOf(value, new Array(value.length), copies)
  const tag = tagOf(value)
  if (tag === "Date") return new Date((value as Date).getTime())
  if (tag === "RegExp") return new RegExp((value as RegExp).source, (value as RegExp).flags)
  if (tag === "ArrayBuffer") return (value as ArrayBuffer).slice(0)
  if (boxed.has(tag)) return Object((value as { valueOf(): unknown }).valueOf())
  if (value instanceof Map) {
    const map = new Map()
    copies.set(value, map)
    for (const [key, one] of [...value]) map.set(copy(key, copies), copy(one, copies))
    return map
  }
  if (value instanceof Set) {
    const set = new Set()
    copies.set(value, set)
    for (const one of [...value]) set.add(copy(one, copies))
    return set
  }
  return plain.has(tag) ? fieldsOf(value, {}, copies) : refuse(`a ${tag}`)
}

const copy = (value: unknown, copies: Copies): unknown => {
  if (typeof value === "symbol" || typeof value === "function") return refuse(`a ${typeof value}`)
  if (typeof value !== "object" || value === null) return value
  if (copies.has(value)) return copies.get(value)
  const clone = made(value, copies)
  copies.set(value, clone)
  return clone
}

/** `structuredClone` of the HTML Standard, without transfers. What cannot be cloned is a `DataCloneError`. */
export const cloneValue = (value: unknown, options?: { readonly transfer?: ReadonlyArray<unknown> }): unknown =>
  options?.transfer !== undefined && options.transfer.length > 0
    ? refuse("what is transferred, since an extension has one thread,")
    : copy(value, new Map())
