import { GuardedSecrets } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { ok } from "../../HostCall.ts"
import { hostFunction, hostInterface, renamed, replyOr } from "./hostFunction.ts"

/** The arguments of the interface's functions. */
export const secretsArguments = { get: Schema.Tuple([Schema.String]), listKeys: Schema.Tuple([]) }

const refusal = renamed({ "not-allowed": "denied", "invalid-input": "missing" })

/** The interface `secrets` over the guarded port. Its list has no error: whoever may not see it sees an empty one. */
export const secretsInterface = Effect.map(GuardedSecrets, (secrets) =>
  hostInterface({
    get: hostFunction(secretsArguments.get, ([key]) => replyOr(secrets.get(key), refusal)),
    listKeys: hostFunction(secretsArguments.listKeys, () => replyOr(secrets.listKeys, () => ok([])))
  })
)
