/// <reference path="./whatwg-url.d.ts" />
import { implementation } from "whatwg-url/lib/URLSearchParams-impl.js"

type Pairs = Iterable<Iterable<unknown>>

const text = (value: unknown): string => {
  if (typeof value === "symbol") throw new TypeError("URLSearchParams: a symbol is not text")
  return String(value).toWellFormed()
}

const optional = (value: unknown): string | undefined => (value === undefined ? undefined : text(value))

const pairOf = (given: Iterable<unknown>): readonly [string, string] => {
  const [name, value, ...rest] = [...given].map(text)
  if (name === undefined || value === undefined || rest.length > 0) {
    throw new TypeError("URLSearchParams: a pair must have a name and a value")
  }
  return [name, value]
}

const listOf = (init: unknown): string | ReadonlyArray<readonly [string, string]> => {
  if (typeof init !== "object" || init === null) return text(init)
  return Array.from(Symbol.iterator in init ? (init as Pairs) : Object.entries(init), pairOf)
}

/** `URLSearchParams` of the URL Standard, over `whatwg-url`. */
export class URLSearchParams {
  readonly #of: implementation

  constructor(init: unknown = "") {
    this.#of = init instanceof implementation ? init : new implementation(globalThis, [listOf(init)], {})
  }

  get size(): number {
    return this.#of.size
  }

  append(name: unknown, value: unknown): void {
    this.#of.append(text(name), text(value))
  }

  delete(name: unknown, value?: unknown): void {
    this.#of.delete(text(name), optional(value))
  }

  get(name: unknown): string | null {
    return this.#of.get(text(name))
  }

  getAll(name: unknown): Array<string> {
    return this.#of.getAll(text(name))
  }

  has(name: unknown, value?: unknown): boolean {
    return this.#of.has(text(name), optional(value))
  }

  set(name: unknown, value: unknown): void {
    this.#of.set(text(name), text(value))
  }

  sort(): void {
    this.#of.sort()
  }

  forEach(call: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this) call.call(self, value, name, this)
  }

  *entries(): Generator<[string, string], void, undefined> {
    for (const [name, value] of this.#of) yield [name, value]
  }

  *keys(): Generator<string, void, undefined> {
    for (const [name] of this.#of) yield name
  }

  *values(): Generator<string, void, undefined> {
    for (const [, value] of this.#of) yield value
  }

  [Symbol.iterator](): Generator<[string, string], void, undefined> {
    return this.entries()
  }

  toString(): string {
    return this.#of.toString()
  }

  get [Symbol.toStringTag](): string {
    return "URLSearchParams"
  }
}
