import { GuardedStorage } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { hostFunction, hostInterface, renamed, replyOr } from "./hostFunction.ts"
import { bytes, option, u64 } from "./witTypes.ts"

const Entry = Schema.Struct({ namespace: Schema.String, key: Schema.String, value: bytes, revision: option(u64) })

/** The arguments of the interface's functions. */
export const storageArguments = {
  get: Schema.Tuple([Schema.String, Schema.String]),
  put: Schema.Tuple([Entry]),
  delete: Schema.Tuple([Schema.String, Schema.String]),
  listEntries: Schema.Tuple([Schema.String, option(Schema.String)])
}

/** The interface has no case for input that breaks a rule; the product answers such with its `internal` too. */
const refusal = renamed({ "not-allowed": "denied", "invalid-input": "internal" })

/** The interface `storage` over the guarded port. */
export const storageInterface = Effect.map(GuardedStorage, (storage) =>
  hostInterface({
    get: hostFunction(storageArguments.get, ([namespace, key]) => replyOr(storage.get(namespace, key), refusal)),
    put: hostFunction(storageArguments.put, ([entry]) =>
      replyOr(storage.put({ ...entry, revision: entry.revision ?? null }), refusal)
    ),
    delete: hostFunction(storageArguments.delete, ([namespace, key]) =>
      replyOr(storage.delete(namespace, key), refusal)
    ),
    listEntries: hostFunction(storageArguments.listEntries, ([namespace, cursor]) =>
      replyOr(storage.listEntries(namespace, cursor ?? null), refusal)
    )
  })
)
