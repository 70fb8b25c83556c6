import { Effect, Schema } from "effect"
import { HttpHeader } from "../../Execute.ts"
import { error } from "../../HostCall.ts"
import { HttpFetch } from "../../HttpFetch.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { bytes, option } from "./witTypes.ts"

const Request = Schema.Struct({
  method: Schema.String,
  url: Schema.String,
  headers: Schema.Array(HttpHeader),
  body: option(bytes)
})

/** The arguments of the interface's functions. */
export const httpArguments = { fetch: Schema.Tuple([Request]) }

const replies = { denied: error("not-allowed"), internal: error("internal") }

/** The interface `http` over its port, behind `cap:http.fetch`. */
export const httpInterface = Effect.gen(function* () {
  const http = yield* HttpFetch
  const gated = yield* gateFor("cap:http.fetch")
  return hostInterface({
    fetch: hostFunction(httpArguments.fetch, ([request]) =>
      gated(replies, reply(http.fetch({ ...request, body: request.body ?? null }), replies.internal))
    )
  })
})
