import { Storage, type StorageEntry, StorageError } from "@alga-psa/ext-domain/Storage"
import { lastKeySeen } from "@alga-psa/ext-domain/StorageCursor"
import { Context, Effect, Layer } from "effect"
import { byCodePoint } from "./internal/text.ts"
import { installKey } from "./MemoryInstalls.ts"

/** The product's own: so many namespaces and bytes for an install, keys for a namespace, and entries at once. */
const most = { namespaces: 32, bytes: 268_435_456, keys: 5_120, page: 25 }

const refuse = (code: StorageError["code"]) => Effect.fail(new StorageError({ code }))

const copy = (entry: StorageEntry): StorageEntry => ({ ...entry, value: Uint8Array.from(entry.value) })

type Space = Map<string, StorageEntry>
const nothing: ReadonlyMap<string, StorageEntry> = new Map()

const bytesIn = (spaces: ReadonlyMap<string, Space>): number => {
  let bytes = 0
  for (const space of spaces.values()) for (const { value } of space.values()) bytes += value.length
  return bytes
}

/** What {@link layerStorage} keeps: entries by key, by namespace, by `installKey`. */
export class MemoryEntries extends Context.Service<MemoryEntries, Map<string, Map<string, Space>>>()(
  "@alga-psa/ext-adapters-memory/MemoryEntries"
) {}

const make = Effect.map(MemoryEntries, (installs) => {
  const spacesOf = Effect.map(installKey, (install) => {
    const spaces = installs.get(install) ?? new Map<string, Space>()
    installs.set(install, spaces)
    return spaces
  })
  const spaceOf = (namespace: string) => Effect.map(spacesOf, (spaces) => spaces.get(namespace) ?? nothing)

  return Storage.of({
    get: (namespace, key) =>
      Effect.flatMap(spaceOf(namespace), (space) => {
        const found = space.get(key)
        return found === undefined ? refuse("missing") : Effect.succeed(copy(found))
      }),
    put: (entry) =>
      Effect.flatMap(spacesOf, (spaces) => {
        const space = spaces.get(entry.namespace) ?? new Map<string, StorageEntry>()
        const before = space.get(entry.key)
        const current = before?.revision ?? null
        if (entry.revision !== null && entry.revision !== current) return refuse("conflict")
        const isFull = space.size === 0 ? spaces.size >= most.namespaces : space.size >= most.keys
        if (current === null && isFull) return refuse("denied")
        const more = entry.value.length - (before?.value.length ?? 0)
        if (more > 0 && bytesIn(spaces) + more > most.bytes) return refuse("denied")
        const written = copy({ ...entry, revision: (current ?? 0n) + 1n })
        spaces.set(entry.namespace, space.set(entry.key, written))
        return Effect.succeed(copy(written))
      }),
    delete: (namespace, key) =>
      Effect.flatMap(spacesOf, (spaces) => {
        const space = spaces.get(namespace)
        if (space?.delete(key) !== true) return refuse("missing")
        if (space.size === 0) spaces.delete(namespace)
        return Effect.void
      }),
    listEntries: (namespace, cursor) =>
      Effect.map(spaceOf(namespace), (space) => {
        const last = cursor === null ? null : lastKeySeen(cursor)
        return [...space.values()]
          .filter(({ key }) => last === null || byCodePoint(key, last) > 0)
          .sort((a, b) => byCodePoint(a.key, b.key))
          .slice(0, most.page)
          .map(copy)
      })
  })
})

/** {@link Storage} in memory, for as long as the layer lives, and what it keeps. */
export const layerStorage: Layer.Layer<Storage | MemoryEntries> = Layer.effect(Storage, make).pipe(
  Layer.provideMerge(Layer.sync(MemoryEntries, () => new Map()))
)
