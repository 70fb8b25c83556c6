import { Context, Effect, Layer, Schema } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Guarded } from "./Guarded.ts"
import { HttpFetch, HttpFetchError, type HttpFetchRequest, type HttpFetchService } from "./HttpFetch.ts"
import { guardOf } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"

/**
 * Requests to the outside for an execution that has `cap:http.fetch`. A method has 1 to 32 characters, a URL at most 8,192, and
 * there are at most 100 headers, of 65,536 characters together.
 */
export class GuardedHttpFetch extends Context.Service<GuardedHttpFetch, Guarded<HttpFetchService>>()(
  "@alga-psa/ext-domain/GuardedHttpFetch"
) {}

const fetching = {
  name: "http.fetch",
  span: "HttpFetch.fetch",
  access: "write",
  capability: "cap:http.fetch",
  permission: null,
  errors: [HttpFetchError]
} as const

/** Methods that change nothing. A method is what was written: `get` is another one. */
const reading: ReadonlySet<string> = new Set(["GET", "HEAD"])

const mostHeaders = 100
const mostOfHeaders = 65_536

const lengthOf = (headers: HttpFetchRequest["headers"]) =>
  headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0)

const decodeRequest = Input.decode(
  Schema.Struct({
    method: Input.text(1, 32),
    url: Input.text(1, 8_192),
    headers: Schema.Array(Schema.Struct({ name: Input.text(1, 256), value: Input.text(0, 16_384) })).check(
      Schema.isMaxLength(mostHeaders, { message: `must be at most ${mostHeaders}` }),
      Schema.makeFilter((headers) => lengthOf(headers) <= mostOfHeaders, {
        message: `must be at most ${mostOfHeaders} characters together`
      })
    ),
    body: Schema.NullOr(Schema.Uint8Array)
  }),
  "request"
)

const make = Effect.gen(function* () {
  const http = yield* HttpFetch
  const guarded = yield* guardOf([fetching])

  return GuardedHttpFetch.of({
    fetch: (request) =>
      guarded(fetching, {
        input: decodeRequest(request),
        repeatable: ({ method }) => reading.has(method),
        run: (_, valid) => http.fetch(valid),
        count: () => 1
      })
  })
})

/** The guarded port over the port. */
export const layerGuardedHttpFetch: Layer.Layer<GuardedHttpFetch, never, HttpFetch | Authorization> = Layer.effect(
  GuardedHttpFetch,
  make
)
