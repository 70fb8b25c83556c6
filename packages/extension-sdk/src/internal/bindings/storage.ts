/// <reference path="../world.d.ts" />
import { get, listEntries, put, delete as remove } from "alga:extension/storage"
import type { StorageHost } from "@alga-psa/extension-runtime"
import { isHostError } from "../../HostError.ts"
import { hostCall } from "../hostCall.ts"
import { lift } from "../lift.ts"
import { text } from "../lower.ts"
import { storageEntry } from "../shapes.ts"

const storedEntries = (namespace: string): Array<World.StorageEntry> => {
  const entries: Array<World.StorageEntry> = []
  for (let cursor: string | undefined; ; ) {
    const from = cursor
    const page = hostCall("storage.list", () => listEntries(namespace, from))
    const last = page.at(-1)?.key
    entries.push(...page)
    if (last === undefined || (from !== undefined && last <= from)) return entries
    cursor = last
  }
}

/** `host.storage` over the world. */
export const binding: StorageHost = {
  get: async (namespace, key) => {
    const [space, name] = [text(namespace, "namespace"), text(key, "key")]
    try {
      return lift(hostCall("storage.get", () => get(space, name)).value)
    } catch (error) {
      if (isHostError(error, "missing")) return null
      throw error
    }
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
    storedEntries(text(namespace, "namespace")).map((entry) => {
      const { key, value, revision } = lift(entry)
      return { key, value, revision: revision === null ? null : Number(revision) }
    })
}
