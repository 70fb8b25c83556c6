type Pairs = Iterable<readonly [string, string]>

/** What the standard lets headers be made of. */
export type HeadersSource = Headers | Pairs | Readonly<Record<string, string>>

const token = /^[!#$%&'*+\-.^_`|~\w]+$/
const around = /^[\t\n\r ]+|[\t\n\r ]+$/g

const nameOf = (given: unknown): string => {
  const name = String(given)
  if (!token.test(name)) throw new TypeError(`Headers: ${JSON.stringify(name)} is no header name`)
  return name.toLowerCase()
}

const textOf = (given: unknown): string => {
  const value = String(given).replace(around, "")
  if (/[\0\n\r]|[^\0-\xff]/.test(value))
    throw new TypeError("Headers: a value holds a character that no header can carry")
  return value
}

const pairsOf = (source: HeadersSource): Pairs =>
  Symbol.iterator in source ? (source as Pairs) : Object.entries(source as Record<string, string>)

/** `Headers` of the Fetch Standard, without guards: a host decides what it sends. */
export class Headers {
  readonly #values = new Map<string, Array<string>>()

  constructor(source?: HeadersSource | null) {
    if (source === undefined || source === null) return
    if (typeof source !== "object") throw new TypeError("Headers: must be made of headers, pairs or an object")
    for (const pair of pairsOf(source)) {
      const [name, value, ...rest] = [...pair]
      if (name === undefined || value === undefined || rest.length > 0)
        throw new TypeError("Headers: a pair must have a name and a value")
      this.append(name, value)
    }
  }

  append(name: string, value: string): void {
    const key = nameOf(name)
    this.#values.set(key, [...(this.#values.get(key) ?? []), textOf(value)])
  }

  set(name: string, value: string): void {
    this.#values.set(nameOf(name), [textOf(value)])
  }

  delete(name: string): void {
    this.#values.delete(nameOf(name))
  }

  has(name: string): boolean {
    return this.#values.has(nameOf(name))
  }

  get(name: string): string | null {
    return this.#values.get(nameOf(name))?.join(", ") ?? null
  }

  getSetCookie(): Array<string> {
    return [...(this.#values.get("set-cookie") ?? [])]
  }

  forEach(call: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) call.call(self, value, name, this)
  }

  *entries(): Generator<[string, string], void, undefined> {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name) ?? []
      for (const value of name === "set-cookie" ? values : [values.join(", ")]) yield [name, value]
    }
  }

  *keys(): Generator<string, void, undefined> {
    for (const [name] of this) yield name
  }

  *values(): Generator<string, void, undefined> {
    for (const [, value] of this) yield value
  }

  [Symbol.iterator](): Generator<[string, string], void, undefined> {
    return this.entries()
  }

  get [Symbol.toStringTag](): string {
    return "Headers"
  }
}
