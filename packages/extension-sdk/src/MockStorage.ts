/// <reference path="./internal/world.d.ts" />
import type { StorageErrorCode } from "./HostError.ts"
import { isText, type MockPortOptions } from "./internal/mockRules.ts"
import { compareText } from "./internal/readRules.ts"
import { storageOver } from "./internal/storageOver.ts"
import type { StorageHost } from "./Storage.ts"

/** What is stored before a test begins: values by key, by namespace. A value that is no bytes is stored as JSON. */
export type StorageFixtures = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const most = { namespaces: 32, keys: 5_120, bytes: 49_149, page: 25 }

const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value.slice() : new TextEncoder().encode(JSON.stringify(value))

const keyBehind = (cursor: string): string => {
  const base64 = cursor.replaceAll("-", "+").replaceAll("_", "/")
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))).key
}

const refuse = (code: StorageErrorCode): never => {
  throw Object.assign(new Error(code), { payload: code })
}

/**
 * `host.storage` in memory, for unit tests. It judges sizes, revisions and quotas as the host does. With `fail` every call
 * fails with that code.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockStorage } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings({ storage: mockStorage({ notes: { a: { text: "hello" } } }) })
 * console.log(await host.storage.getJson("notes", "a")) // { key: 'a', value: { text: 'hello' }, revision: 1 }
 * console.log(await host.storage.putJson("notes", "a", { text: "again" }, { ifRevision: 1 })) // 2
 * ```
 */
export const mockStorage = (
  fixtures: StorageFixtures = {},
  { fail }: MockPortOptions<StorageErrorCode> = {}
): StorageHost => {
  const spaces = new Map<string, Map<string, World.StorageEntry>>()
  for (const [namespace, values] of Object.entries(fixtures)) {
    const entries = Object.entries(values).map(
      ([key, value]) => [key, { namespace, key, value: bytesOf(value), revision: 1 }] as const
    )
    if (entries.length > 0) spaces.set(namespace, new Map(entries))
  }
  const copy = (entry: World.StorageEntry): World.StorageEntry => ({ ...entry, value: entry.value.slice() })
  const isPlace = (namespace: string, key: string): boolean =>
    isText(namespace, 1, 128) && isText(key, 1, 256) && !key.includes("/")
  const judge = (isValid: boolean) => {
    if (fail !== undefined) refuse(fail)
    if (!isValid) refuse("internal")
  }

  return storageOver({
    get: (namespace, key) => {
      judge(isPlace(namespace, key))
      return copy(spaces.get(namespace)?.get(key) ?? refuse("missing"))
    },
    put: ({ key, namespace, revision, value }) => {
      judge(isPlace(namespace, key) && value.length <= most.bytes)
      const space = spaces.get(namespace) ?? new Map<string, World.StorageEntry>()
      const current = space.get(key)?.revision
      if (revision !== undefined && revision !== current) refuse("conflict")
      const isFull = space.size === 0 ? spaces.size >= most.namespaces : space.size >= most.keys
      if (current === undefined && isFull) refuse("denied")
      const entry = { namespace, key, value: value.slice(), revision: Number(current ?? 0) + 1 }
      spaces.set(namespace, space.set(key, entry))
      return copy(entry)
    },
    remove: (namespace, key) => {
      judge(isPlace(namespace, key))
      const space = spaces.get(namespace)
      if (space?.delete(key) !== true) refuse("missing")
      if (space?.size === 0) spaces.delete(namespace)
    },
    listEntries: (namespace, cursor) => {
      judge(isText(namespace, 1, 128))
      const last = cursor === undefined ? null : keyBehind(cursor)
      return [...(spaces.get(namespace)?.values() ?? [])]
        .filter(({ key }) => last === null || compareText(key, last) > 0)
        .sort((a, b) => compareText(a.key, b.key))
        .slice(0, most.page)
        .map(copy)
    }
  })
}
