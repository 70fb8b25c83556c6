import type { HttpHost, HttpRequest, HttpResponse } from "@alga-psa/extension-runtime"
import { HostError, type HttpErrorCode } from "./HostError.ts"
import { check, failing, isText, type MockPortOptions } from "./internal/mockRules.ts"
import { httpRequest } from "./internal/shapes.ts"
import { fetchOver } from "./internal/web/fetchOver.ts"

/** What the outside answers to a request. */
export interface HttpFixture {
  /** Default: `GET`. */
  readonly method?: string
  readonly url: string
  /** A response, whose parts may be left out; a text or JSON as its body; or how the request fails. */
  readonly answer:
    | (Partial<Omit<HttpResponse, "body">> & { readonly body?: Uint8Array | string | null; readonly json?: unknown })
    | HttpErrorCode
}

/** `HttpHost` of a test. */
export interface MockHttp extends HttpHost {
  /** What was sent, in order. */
  readonly sent: ReadonlyArray<HttpRequest>
}

/** Absolute, and without a user. */
const isPlain = (url: string): boolean => /^https?:\/\/[^/?#\\@]+($|[/?#\\])/i.test(url)

/** A token of HTTP. */
const isMethod = (method: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(method)

const bytesOf = (body: Uint8Array | string | null | undefined): Uint8Array | null =>
  typeof body === "string" ? new TextEncoder().encode(body) : (body ?? null)

const responseOf = ({
  body,
  headers = [],
  json,
  status = 200
}: Exclude<HttpFixture["answer"], string>): HttpResponse =>
  json === undefined
    ? { status, headers: [...headers], body: bytesOf(body) }
    : {
        status,
        headers: [{ name: "content-type", value: "application/json" }, ...headers],
        body: bytesOf(JSON.stringify(json))
      }

/**
 * `host.http` over answers that a test gives, by method and URL. Nothing leaves the process: what is not there is
 * `not-allowed`, as an address that no host opened. With `fail` every call fails with that code.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockHttp } from "@alga-psa/ext-extension-sdk"
 *
 * const url = "https://service.example/rates"
 * const http = mockHttp([{ url, answer: { json: { eur: 1.1 } } }])
 * const host = createMockHostBindings({ http })
 * const { status } = await host.http.fetch({ method: "GET", url, headers: [] })
 * console.log(status, http.sent.length) // 200 1
 * ```
 */
export const mockHttp = (
  fixtures: ReadonlyArray<HttpFixture> = [],
  { fail }: MockPortOptions<HttpErrorCode> = {}
): MockHttp => {
  const sent: Array<HttpRequest> = []
  return {
    sent,
    fetch: async (request) => {
      const { body = null, headers, method, url } = httpRequest(request, "request")
      failing("http.fetch", fail)
      const fits = headers.every(({ name, value }) => isText(name, 1, 256) && isText(value, 0, 16_384))
      const isValid = isText(method, 1, 32) && isText(url, 1, 8_192) && headers.length <= 100 && fits
      check(isValid && isPlain(url) && isMethod(method), "http.fetch", "invalid-url")
      const found = fixtures.find((one) => one.url === url && (one.method ?? "GET") === method)
      if (found === undefined) throw new HostError("http.fetch", "not-allowed")
      sent.push({ method, url, headers, body })
      if (typeof found.answer === "string") throw new HostError("http.fetch", found.answer)
      return responseOf(found.answer)
    }
  }
}

/**
 * A global `fetch` for a unit test, over a mock of `host.http`. It is the `fetch` that a component has.
 *
 * @example
 * ```ts
 * import { mockFetch, mockHttp } from "@alga-psa/ext-extension-sdk"
 *
 * globalThis.fetch = mockFetch(mockHttp([{ url: "https://service.example/", answer: { body: "hello" } }]))
 * console.log(await (await fetch("https://service.example/")).text()) // hello
 * ```
 */
export const mockFetch = <Fetch>(http: HttpHost): Fetch => fetchOver(http) as Fetch
