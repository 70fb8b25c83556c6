import { HttpFetch, HttpFetchError, isHttpMethod } from "@alga-psa/ext-domain/HttpFetch"
import { Effect, Layer } from "effect"
import { MemoryInstalls } from "./MemoryInstalls.ts"

const isPlain = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
}

const refuse = (code: HttpFetchError["code"]) => Effect.fail(new HttpFetchError({ code }))

/** {@link HttpFetch} over the answers in {@link MemoryInstalls}. Nothing else is reachable, and nothing leaves the process. */
export const layerHttpFetch: Layer.Layer<HttpFetch, never, MemoryInstalls> = Layer.effect(
  HttpFetch,
  Effect.map(MemoryInstalls, (installs) =>
    HttpFetch.of({
      fetch: Effect.fnUntraced(function* (request) {
        const { method, url } = request
        if (!isPlain(url) || !isHttpMethod(method)) return yield* refuse("invalid-url")
        const { outside } = yield* installs.fixtures
        const found = outside.find((one) => one.url === url && one.method === method)
        if (found === undefined) return yield* refuse("not-allowed")
        yield* installs.send(request)
        return typeof found.answer === "string" ? yield* refuse(found.answer) : found.answer
      })
    })
  )
)
