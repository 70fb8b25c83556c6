import { Body, type BodySource, extractBody } from "./Body.ts"
import { Headers, type HeadersSource } from "./Headers.ts"

/** What a response is made with. */
export interface ResponseInit {
  readonly status?: number
  readonly statusText?: string
  readonly headers?: HeadersSource
}

const withoutBody = [204, 205, 304]

/** `Response` of the Fetch Standard. Its body is all there: it cannot be streamed. */
export class Response extends Body {
  readonly statusText: string
  readonly headers: Headers
  readonly redirected = false
  #status: number
  #url = ""
  #type: "default" | "basic" = "default"

  constructor(body?: BodySource | null, { headers, status = 200, statusText = "" }: ResponseInit = {}) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError("Response: status must be from 200 to 599")
    }
    const given = body === undefined || body === null ? null : extractBody(body)
    if (given !== null && withoutBody.includes(status)) {
      throw new TypeError(`Response: a status of ${status} has no body`)
    }
    super(given?.bytes ?? null)
    this.#status = status
    this.statusText = String(statusText)
    this.headers = new Headers(headers)
    if (given?.type && !this.headers.has("content-type")) this.headers.set("content-type", given.type)
  }

  get status(): number {
    return this.#status
  }

  get url(): string {
    return this.#url
  }

  get type(): string {
    return this.#type
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  clone(): Response {
    const { headers, statusText } = this
    const copy = new Response(this.copy(), { headers, statusText })
    copy.#status = this.#status
    copy.#url = this.#url
    copy.#type = this.#type
    return copy
  }

  get [Symbol.toStringTag](): string {
    return "Response"
  }

  /** What came back from an address, with whatever status a server gave. */
  static from(url: string, status: number, headers: HeadersSource, body: Uint8Array | null): Response {
    const answer = new Response(withoutBody.includes(status) ? null : body, { headers })
    answer.#status = status
    answer.#url = url
    answer.#type = "basic"
    return answer
  }

  static json(value: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(value)
    if (text === undefined) throw new TypeError("Response.json: must be a value that JSON can hold")
    const headers = new Headers(init.headers)
    if (!headers.has("content-type")) headers.set("content-type", "application/json")
    return new Response(text, { ...init, headers })
  }

  static redirect(url: string, status = 302): Response {
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError("Response.redirect: no status of a redirect")
    return new Response(null, { status, headers: { location: String(url) } })
  }
}
