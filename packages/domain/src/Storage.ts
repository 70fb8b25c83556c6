import { Context, Effect, Layer, Schema } from "effect"
import type { Invocation } from "./Invocation.ts"
import { NotOffered } from "./NotOffered.ts"

/** Why storage did not answer; the cases of the WIT enum `storage-error`. */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", {
  code: Schema.Literals(["missing", "conflict", "denied", "internal"]),
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.optionalKey(Schema.Defect())
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
 * A store of bytes for the install behind the current execution. It checks no right: that is the work of `GuardedStorage`.
 *
 * Guarantees, for every implementation:
 * - An install sees only what it stored itself; namespaces are apart from each other.
 * - A `get` after a successful `put` of the key gives that value or a later one, byte for byte.
 * - The first revision of a key is 1, and each write adds 1. A `put` with another revision than the current one, or with any
 *   where nothing is stored, is a `conflict` and writes nothing. A `put` without one always writes.
 * - A `put` and a `delete` are sent once at most. One that is `internal` may have been done.
 * - `get` and `delete` of a key where nothing is stored are `missing`.
 * - Entries are listed in the store's one order of keys, where the same key is always in the same place: by code point in memory, by
 *   the collation of the product's database there. Behind a cursor come the keys after it, whether its key is there or not.
 */
export interface StorageService {
  readonly get: (namespace: string, key: string) => Effect.Effect<StorageEntry, StorageError, Invocation>
  /** The entry as stored, with its new revision. */
  readonly put: (entry: StorageEntry) => Effect.Effect<StorageEntry, StorageError, Invocation>
  readonly delete: (namespace: string, key: string) => Effect.Effect<void, StorageError, Invocation>
  /**
   * Entries in the store's order, those behind `cursor` where it is not null; empty at the end. The cursor is the last key seen, as it
   * is or in the product's form: see `lastKeySeen`.
   */
  readonly listEntries: (
    namespace: string,
    cursor: string | null
  ) => Effect.Effect<ReadonlyArray<StorageEntry>, StorageError, Invocation>
}

/** The port to storage. */
export class Storage extends Context.Service<Storage, StorageService>()("@alga-psa/ext-domain/Storage") {}

const denied = Effect.fail(new StorageError({ code: "denied", cause: new NotOffered({ port: "storage" }) }))

/** Stores nothing for anybody. */
export const layerStorageDenied: Layer.Layer<Storage> = Layer.succeed(Storage, {
  get: () => denied,
  put: () => denied,
  delete: () => denied,
  listEntries: () => denied
})
