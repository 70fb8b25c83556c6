import { type HttpFetch, HttpFetchError, type HttpFetchRequest, type HttpFetchResponse } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import { type AllowedOrigin, isAllowed } from "./internal/origins.ts"

const mostBytes = 4_128_768
const patience = "30 seconds"

/** What is about the connection, and not the guest's to say. */
const ofConnection =
  /^(host|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/i

const fail = (code: HttpFetchError["code"], cause?: unknown) =>
  new HttpFetchError(cause === undefined ? { code } : { code, cause })

const whole = async (response: Response): Promise<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > mostBytes) throw new Error(`an answer of more than ${mostBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const exchange = async (url: URL, { body, headers, method }: HttpFetchRequest, signal: AbortSignal) => {
  const sent = new Headers()
  // What is compressed would be unpacked here, and not by the runner.
  sent.set("accept-encoding", "identity")
  for (const { name, value } of headers) if (!ofConnection.test(name)) sent.append(name, value)
  const content = body === null ? null : Buffer.from(body)
  const response = await fetch(url, { method, headers: sent, body: content, redirect: "manual", signal })
  const bytes = await whole(response)
  return {
    status: response.status,
    headers: Array.from(response.headers, ([name, value]) => ({ name, value })),
    body: bytes.length === 0 ? null : bytes
  } satisfies HttpFetchResponse
}

/** {@link HttpFetch} to the addresses that the author allows, as they are at the moment. Redirects are not followed. */
export const devFetch = (origins: Effect.Effect<ReadonlyArray<AllowedOrigin>>): HttpFetch["Service"] => ({
  fetch: Effect.fnUntraced(function* (request) {
    const url = URL.parse(request.url)
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
      return yield* fail("invalid-url")
    }
    if (!isAllowed(yield* origins, url)) return yield* fail("not-allowed")
    return yield* Effect.tryPromise({
      try: (signal) => exchange(url, request, signal),
      catch: (cause) => fail("transport", cause)
    }).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(fail("transport")) }))
  })
})
