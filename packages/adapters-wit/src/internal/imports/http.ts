import { GuardedHttpFetch } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { HttpHeader } from "../../Execute.ts"
import { hostFunction, hostInterface, renamed, replyOr } from "./hostFunction.ts"
import { bytes, option } from "./witTypes.ts"

const Request = Schema.Struct({
  method: Schema.String,
  url: Schema.String,
  headers: Schema.Array(HttpHeader),
  body: option(bytes)
})

/** The arguments of the interface's functions. */
export const httpArguments = { fetch: Schema.Tuple([Request]) }

const refusal = renamed({ "not-allowed": "not-allowed", "invalid-input": "invalid-url" })

/** The interface `http` over the guarded port. */
export const httpInterface = Effect.map(GuardedHttpFetch, (http) =>
  hostInterface({
    fetch: hostFunction(httpArguments.fetch, ([request]) =>
      replyOr(http.fetch({ ...request, body: request.body ?? null }), refusal)
    )
  })
)
