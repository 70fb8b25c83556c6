import { Context, Effect, Layer, Schema } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Guarded } from "./Guarded.ts"
import { guardOf } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"
import { Storage, StorageError, type StorageService } from "./Storage.ts"

/**
 * Storage for an execution that has `cap:storage.kv`. A namespace has 1 to 128 characters, a key 1 to 256 and no `/`, a value at
 * most 49,149 bytes.
 */
export class GuardedStorage extends Context.Service<GuardedStorage, Guarded<StorageService>>()(
  "@alga-psa/ext-domain/GuardedStorage"
) {}

const rights = { capability: "cap:storage.kv", permission: null, errors: [StorageError] } as const
const getting = { name: "storage.get", span: "Storage.get", access: "read", ...rights } as const
const putting = { name: "storage.put", span: "Storage.put", access: "write", ...rights } as const
const deleting = { name: "storage.delete", span: "Storage.delete", access: "write", ...rights } as const
const listing = { name: "storage.list-entries", span: "Storage.listEntries", access: "read", ...rights } as const

/** As many bytes as fit, as a JSON text of base64, into the 64 KiB that the product takes. */
const mostBytes = 49_149

/** The longest key, escaped as JSON and in base64. */
const mostCursor = 4_096

const namespace = Input.text(1, 128)
const key = Input.text(1, 256).check(Schema.isPattern(/^[^/]*$/, { message: "must not contain a /" }))
const revision = Schema.BigInt.check(Schema.isGreaterThanOrEqualToBigInt(0n, { message: "must be at least 0" }))

const decodePlace = Input.decode(Schema.Struct({ namespace, key }), "key")
const decodeEntry = Input.decode(
  Schema.Struct({
    namespace,
    key,
    value: Schema.Uint8Array.check(
      Schema.makeFilter(({ byteLength }) => byteLength <= mostBytes, { message: `must be at most ${mostBytes} bytes` })
    ),
    revision: Schema.NullOr(revision)
  }),
  "entry"
)
const decodeListing = Input.decode(
  Schema.Struct({ namespace, cursor: Schema.NullOr(Input.text(1, mostCursor)) }),
  "namespace"
)

const make = Effect.gen(function* () {
  const storage = yield* Storage
  const guarded = yield* guardOf([getting, putting, deleting, listing])

  return GuardedStorage.of({
    get: (namespace, key) =>
      guarded(getting, {
        input: decodePlace({ namespace, key }),
        run: (_, place) => storage.get(place.namespace, place.key),
        count: () => 1
      }),
    put: (entry) =>
      guarded(putting, {
        input: decodeEntry(entry),
        run: (_, valid) => storage.put(valid),
        count: () => 1
      }),
    delete: (namespace, key) =>
      guarded(deleting, {
        input: decodePlace({ namespace, key }),
        run: (_, place) => storage.delete(place.namespace, place.key),
        count: () => 1
      }),
    listEntries: (namespace, cursor) =>
      guarded(listing, {
        input: decodeListing({ namespace, cursor }),
        run: (_, valid) => storage.listEntries(valid.namespace, valid.cursor),
        count: (entries) => entries.length
      })
  })
})

/** The guarded port over the port. */
export const layerGuardedStorage: Layer.Layer<GuardedStorage, never, Storage | Authorization> = Layer.effect(
  GuardedStorage,
  make
)
