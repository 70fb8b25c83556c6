import { Effect, Schema } from "effect"
import { error } from "../../HostCall.ts"
import { Storage } from "../../Storage.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { bytes, option, u64 } from "./witTypes.ts"

const Entry = Schema.Struct({ namespace: Schema.String, key: Schema.String, value: bytes, revision: option(u64) })

const replies = { denied: error("denied"), internal: error("internal") }

/** The interface `storage` over its port, behind `cap:storage.kv`. */
export const storageInterface = Effect.gen(function* () {
  const storage = yield* Storage
  const gated = yield* gateFor("cap:storage.kv")
  return hostInterface({
    get: hostFunction(Schema.Tuple([Schema.String, Schema.String]), ([namespace, key]) =>
      gated(replies, reply(storage.get(namespace, key), replies.internal))
    ),
    put: hostFunction(Schema.Tuple([Entry]), ([entry]) =>
      gated(replies, reply(storage.put({ ...entry, revision: entry.revision ?? null }), replies.internal))
    ),
    delete: hostFunction(Schema.Tuple([Schema.String, Schema.String]), ([namespace, key]) =>
      gated(replies, reply(storage.delete(namespace, key), replies.internal))
    ),
    listEntries: hostFunction(Schema.Tuple([Schema.String, option(Schema.String)]), ([namespace, cursor]) =>
      gated(replies, reply(storage.listEntries(namespace, cursor ?? null), replies.internal))
    )
  })
})
