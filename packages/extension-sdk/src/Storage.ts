import type { StorageHost as PublishedStorageHost } from "@alga-psa/extension-runtime"

/** A stored value as bytes. */
export interface StoredBytes {
  readonly key: string
  readonly value: Uint8Array
  /** Counts the writes of the key from 1 on. */
  readonly revision: number
}

/** A stored value as what its JSON says, of unknown shape. */
export interface StoredJson {
  readonly key: string
  readonly value: unknown
  /** Counts the writes of the key from 1 on. */
  readonly revision: number
}

/** How to write. */
export interface PutOptions {
  /** Writes only where the key still has this revision: another, or none at all, is a `conflict`. Left out: always writes. */
  readonly ifRevision?: number
}

/**
 * What an install of the extension stores for itself. Needs `cap:storage.kv`. Every failure is a `HostError` with a
 * `StorageErrorCode`.
 *
 * A namespace has 1 to 128 characters. A key has 1 to 256 characters and no `/`. A value has at most 49,149 bytes. An install
 * has at most 32 namespaces, with at most 5,120 keys each: `denied` beyond that.
 */
export interface StorageHost extends PublishedStorageHost {
  /** The value and its revision; null where nothing is stored. */
  getBytes(namespace: string, key: string): Promise<StoredBytes | null>
  /** Stores bytes, and gives their revision. */
  putBytes(namespace: string, key: string, value: Uint8Array, options?: PutOptions): Promise<number>
  /** The value of the JSON that is stored; null where nothing is. Throws a `TypeError` where what is stored is no JSON. */
  getJson(namespace: string, key: string): Promise<StoredJson | null>
  /** Stores a value as JSON, and gives its revision. */
  putJson(namespace: string, key: string, value: unknown, options?: PutOptions): Promise<number>
  /**
   * Every entry of a namespace in the host's order of the keys, as `for await` takes it: one host call for a page of 25. An entry
   * that is written meanwhile may be missed; one that stays is given once.
   */
  all(namespace: string): AsyncIterable<StoredBytes>
}
