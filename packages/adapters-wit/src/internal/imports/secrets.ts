import { Effect, Schema } from "effect"
import { error, ok } from "../../HostCall.ts"
import { Secrets } from "../../Secrets.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"

/** The arguments of the interface's functions. */
export const secretsArguments = { get: Schema.Tuple([Schema.String]), listKeys: Schema.Tuple([]) }

const getting = { denied: error("denied"), internal: error("internal") }
const listing = { denied: ok([]), internal: ok([]) }

/** The interface `secrets` over its port, behind `cap:secrets.get`. */
export const secretsInterface = Effect.gen(function* () {
  const secrets = yield* Secrets
  const gated = yield* gateFor("cap:secrets.get")
  const keys = Effect.catch(secrets.listKeys, (cause) =>
    Effect.as(Effect.logWarning("secret names could not be listed", cause), [])
  )
  return hostInterface({
    get: hostFunction(secretsArguments.get, ([key]) => gated(getting, reply(secrets.get(key), getting.internal))),
    listKeys: hostFunction(secretsArguments.listKeys, () => gated(listing, reply(keys, listing.internal)))
  })
})
