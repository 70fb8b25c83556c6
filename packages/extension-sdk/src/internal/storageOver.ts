/// <reference path="./world.d.ts" />
import { HostError, isHostError } from "../HostError.ts"
import type { PutOptions, StorageHost, StoredBytes } from "../Storage.ts"
import { hostCall } from "./hostCall.ts"
import { lift } from "./lift.ts"
import { json, text } from "./lower.ts"
import { storageEntry } from "./shapes.ts"

/** The functions of the world's `storage`. */
export interface StorageFunctions {
  readonly get: (namespace: string, key: string) => World.StorageEntry
  readonly put: (entry: World.StorageEntry) => World.StorageEntry
  readonly remove: (namespace: string, key: string) => void
  readonly listEntries: (namespace: string, cursor: string | undefined) => ReadonlyArray<World.StorageEntry>
}

const letters: Readonly<Record<string, string>> = { "+": "-", "/": "_", "=": "" }

/** Behind this key, in the form that every runner takes: base64url of `{"key": …}`. */
const cursorBehind = (key: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify({ key })))).replace(
    /[+/=]/g,
    (letter) => letters[letter] ?? ""
  )

const entryOf = (operation: string, found: World.StorageEntry): StoredBytes => {
  const { key, revision, value } = lift(found)
  if (revision === null) throw new HostError(operation, "internal", { cause: new Error("the host gave no revision") })
  return { key, value, revision: Number(revision) }
}

const parse = (key: string, value: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(value))
  } catch (cause) {
    throw new TypeError(`storage.getJson: what is stored under ${JSON.stringify(key)} is not JSON`, { cause })
  }
}

/** `host.storage` over functions as the world has them, which throw what an engine throws. */
export const storageOver = ({ get, listEntries, put, remove }: StorageFunctions): StorageHost => {
  const find = (operation: string, namespace: unknown, key: unknown): World.StorageEntry | null => {
    const [space, name] = [text(namespace, "namespace"), text(key, "key")]
    try {
      return hostCall(operation, () => get(space, name))
    } catch (error) {
      if (isHostError(error, "missing")) return null
      throw error
    }
  }
  const found = (operation: string, namespace: string, key: string): StoredBytes | null => {
    const entry = find(operation, namespace, key)
    return entry === null ? null : entryOf(operation, entry)
  }
  const write = (operation: string, namespace: string, key: string, value: unknown, options: PutOptions = {}) => {
    const lowered = storageEntry({ namespace, key, value, revision: options.ifRevision }, "entry")
    return entryOf(
      operation,
      hostCall(operation, () => put(lowered))
    ).revision
  }
  function* pages(operation: string, namespace: string) {
    const space = text(namespace, "namespace")
    const seen = new Set<string>()
    for (let last: string | undefined; ; ) {
      const cursor = last === undefined ? undefined : cursorBehind(last)
      const page = hostCall(operation, () => listEntries(space, cursor))
      last = page.at(-1)?.key
      // A host that repeats a page would do so for ever.
      if (last === undefined || seen.has(last)) return
      seen.add(last)
      yield page
    }
  }

  return {
    get: async (namespace, key) => {
      const entry = find("storage.get", namespace, key)
      return entry === null ? null : lift(entry.value)
    },
    put: async (entry) => {
      const lowered = storageEntry(entry, "entry")
      hostCall("storage.put", () => put(lowered))
    },
    delete: async (namespace, key) => {
      const [space, name] = [text(namespace, "namespace"), text(key, "key")]
      hostCall("storage.delete", () => remove(space, name))
    },
    list: async (namespace) =>
      [...pages("storage.list", namespace)].flatMap((page) =>
        Array.from(page, (entry) => {
          const { key, revision, value } = lift(entry)
          return { key, value, revision: revision === null ? null : Number(revision) }
        })
      ),
    getBytes: async (namespace, key) => found("storage.getBytes", namespace, key),
    putBytes: async (namespace, key, value, options) => write("storage.putBytes", namespace, key, value, options),
    getJson: async (namespace, key) => {
      const entry = found("storage.getJson", namespace, key)
      return entry === null ? null : { ...entry, value: parse(entry.key, entry.value) }
    },
    putJson: async (namespace, key, value, options) => {
      const written = json(value, "value")
      if (written === undefined) throw new TypeError("value must be a value that JSON can hold")
      return write("storage.putJson", namespace, key, new TextEncoder().encode(written), options)
    },
    all: async function* (namespace) {
      for (const page of pages("storage.all", namespace)) {
        for (const entry of page) yield entryOf("storage.all", entry)
      }
    }
  }
}
