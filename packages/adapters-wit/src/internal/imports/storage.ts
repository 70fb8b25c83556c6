import { Effect, Schema } from "effect"
import { error } from "../../HostCall.ts"
import { Storage } from "../../Storage.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { bytes, option, u64 } from "./witTypes.ts"

const Entry = Schema.Struct({ namespace: Schema.String, key: Schema.String, value: bytes, revision: option(u64) })

/** The arguments of the interface's functions. */
export const storageArguments = {
  get: Schema.Tuple([Schema.String, Schema.String]),
  put: Schema.Tuple([Entry]),
  delete: Schema.Tuple([Schema.String, Schema.String]),
  listEntries: Schema.Tuple([Schema.String, option(Schema.String)])
}

const replies = { denied: error("denied"), internal: error("internal") }

/** The interface `storage` over its port, behind `cap:storage.kv`. */
export const storageInterface = Effect.gen(function* () {
  const storage = yield* Storage
  const gated = yield* gateFor("cap:storage.kv")
  return hostInterface({
    get: hostFunction(storageArguments.get, ([namespace, key]) =>
      gated(replies, reply(storage.get(namespace, key), replies.internal))
    ),
    put: hostFunction(storageArguments.put, ([entry]) =>
      gated(replies, reply(storage.put({ ...entry, revision: entry.revision ?? null }), replies.internal))
    ),
    delete: hostFunction(storageArguments.delete, ([namespace, key]) =>
      gated(replies, reply(storage.delete(namespace, key), replies.internal))
    ),
    listEntries: hostFunction(storageArguments.listEntries, ([namespace, cursor]) =>
      gated(replies, reply(storage.listEntries(namespace, cursor ?? null), replies.internal))
    )
  })
})
