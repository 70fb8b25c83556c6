import type { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, Schema } from "effect"

/** Why storage did not answer; the cases of the WIT enum `storage-error`. */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", {
  code: Schema.Literals(["missing", "conflict", "denied", "internal"])
}) {}

/** One stored value. */
export interface StorageEntry {
  readonly namespace: string
  readonly key: string
  readonly value: Uint8Array
  /** Counts the writes of the key; given to `put` it asks for "only if unchanged". */
  readonly revision: bigint | null
}

/**
 * A store of bytes for the install behind the current execution.
 *
 * Guarantees, for every implementation:
 * - An install sees only what it stored itself.
 * - A `get` after a successful `put` of the key gives that value or a later one.
 * - Asked only where the capability `cap:storage.kv` is effective.
 */
export interface StorageService {
  readonly get: (namespace: string, key: string) => Effect.Effect<StorageEntry, StorageError, Invocation>
  /** The entry as stored, with its new revision; `conflict` where a given revision is not the current one. */
  readonly put: (entry: StorageEntry) => Effect.Effect<StorageEntry, StorageError, Invocation>
  readonly delete: (namespace: string, key: string) => Effect.Effect<void, StorageError, Invocation>
  /** Entries in ascending order of their keys, those after `cursor` where it is not null; empty at the end. */
  readonly listEntries: (
    namespace: string,
    cursor: string | null
  ) => Effect.Effect<ReadonlyArray<StorageEntry>, StorageError, Invocation>
}

/** The port to storage. */
export class Storage extends Context.Service<Storage, StorageService>()("@alga-psa/ext-adapters-wit/Storage") {}

const denied = Effect.fail(new StorageError({ code: "denied" }))

/** Stores nothing for anybody. */
export const layerStorageDenied: Layer.Layer<Storage> = Layer.succeed(Storage, {
  get: () => denied,
  put: () => denied,
  delete: () => denied,
  listEntries: () => denied
})
