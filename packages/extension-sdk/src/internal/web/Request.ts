import { Body, type BodySource, extractBody } from "./Body.ts"
import { Headers, type HeadersSource } from "./Headers.ts"

/** What a request is made with. What an extension's host cannot do is refused by name. */
export interface RequestInit {
  readonly method?: string
  readonly headers?: HeadersSource
  readonly body?: BodySource | null
  readonly redirect?: "follow" | "manual" | "error"
  readonly signal?: { readonly aborted: boolean; readonly reason?: unknown } | null
  readonly integrity?: string
}

const absolute = /^https?:\/\/[^/?#\\]/i
const withUser = /^https?:\/\/[^/?#\\]*@/i
const upperCased = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]
const forbidden = ["CONNECT", "TRACE", "TRACK"]

const urlOf = (given: unknown): string => {
  const url = String(given).trim()
  if (!absolute.test(url)) throw new TypeError(`fetch: ${JSON.stringify(url)} is not an absolute http or https URL`)
  if (withUser.test(url)) throw new TypeError("fetch: a URL cannot carry a user: send an authorization header")
  return url
}

const methodOf = (given: string): string => {
  const upper = given.toUpperCase()
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(given) || forbidden.includes(upper)) {
    throw new TypeError(`fetch: ${JSON.stringify(given)} is no method of a request`)
  }
  return upperCased.includes(upper) ? upper : given
}

/** `Request` of the Fetch Standard, as far as one host call can carry it. */
export class Request extends Body {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly redirect: "manual" | "error"
  readonly signal: RequestInit["signal"]

  constructor(input: Request | { toString(): string } | string, init: RequestInit = {}) {
    const before = input instanceof Request ? input : null
    const method = methodOf(String(init.method ?? before?.method ?? "GET"))
    const given = init.body === undefined || init.body === null ? null : extractBody(init.body)
    const bytes = given === null && init.body !== null ? (before?.moved() ?? null) : (given?.bytes ?? null)
    if (bytes !== null && (method === "GET" || method === "HEAD")) {
      throw new TypeError(`fetch: a request with ${method} cannot have a body`)
    }
    if (init.redirect === "follow") {
      throw new TypeError('an extension has no redirect: "follow": fetch the address in the location header')
    }
    if (init.integrity) throw new TypeError("an extension has no integrity of a request: compare the bytes")
    super(bytes)
    this.url = before?.url ?? urlOf(input)
    this.method = method
    this.headers = new Headers(init.headers ?? before?.headers)
    this.redirect = init.redirect ?? before?.redirect ?? "manual"
    this.signal = init.signal === undefined ? (before?.signal ?? null) : init.signal
    if (given?.type && !this.headers.has("content-type")) this.headers.set("content-type", given.type)
  }

  clone(): Request {
    const body = this.copy()
    const { headers, method, redirect, signal, url } = this
    return new Request(url, { headers, method, redirect, body, ...(signal === undefined ? {} : { signal }) })
  }

  /** The bytes, which are read by this; null where there are none. */
  moved(): Uint8Array<ArrayBuffer> | null {
    return this.copy() === null ? null : this.take()
  }

  get [Symbol.toStringTag](): string {
    return "Request"
  }
}
