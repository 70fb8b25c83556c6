/// <reference path="./whatwg-url.d.ts" />
import { implementation } from "whatwg-url/lib/URL-impl.js"
import { URLSearchParams } from "./URLSearchParams.ts"

const text = (value: unknown): string => {
  if (typeof value === "symbol") throw new TypeError("URL: a symbol is not text")
  return String(value).toWellFormed()
}

const optional = (value: unknown): string | undefined => (value === undefined ? undefined : text(value))

const inside = new WeakMap<object, implementation>()

const of = (url: object): implementation => {
  const found = inside.get(url)
  if (found === undefined) throw new TypeError("URL: not called on a URL")
  return found
}

/** `URL` of the URL Standard, over `whatwg-url`. A host name has to be written in ASCII. */
export class URL {
  readonly searchParams: URLSearchParams

  constructor(url: unknown, base?: unknown) {
    const made = new implementation(globalThis, [text(url), optional(base)])
    inside.set(this, made)
    this.searchParams = new URLSearchParams(made.searchParams)
    Object.defineProperty(this, "searchParams", { enumerable: false, writable: false })
  }

  toString(): string {
    return of(this).href
  }

  toJSON(): string {
    return of(this).href
  }

  get [Symbol.toStringTag](): string {
    return "URL"
  }

  static canParse(url: unknown, base?: unknown): boolean {
    return URL.parse(url, base) !== null
  }

  static parse(url: unknown, base?: unknown): URL | null {
    try {
      return new URL(url, base)
    } catch {
      return null
    }
  }
}

const parts = ["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"]

for (const name of [...parts, "origin"]) {
  const set = (url: object, value: unknown) => Reflect.set(of(url), name, text(value))
  Object.defineProperty(URL.prototype, name, {
    get(this: object): string {
      return Reflect.get(of(this), name) as string
    },
    ...(name === "origin"
      ? {}
      : {
          set(this: object, value: unknown) {
            set(this, value)
          }
        }),
    enumerable: true,
    configurable: true
  })
}
