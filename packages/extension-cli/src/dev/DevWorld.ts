import {
  type Dataset,
  layerOtherPorts,
  layerStore,
  MemoryEntries,
  MemoryInstalls,
  MemoryInvoices,
  MemorySchedules,
  MemoryStore
} from "@alga-psa/ext-adapters-memory"
import {
  asExecution,
  HttpFetch,
  type InvocationData,
  Invoicing,
  Scheduler,
  Secrets,
  SecretsError,
  Storage,
  UiProxy
} from "@alga-psa/ext-domain"
import type { AuthoredManifest } from "@alga-psa/ext-extension-build"
import { Context, Effect, Layer, Semaphore } from "effect"
import type { BenchWorld, StoredRecord } from "./Bench.ts"
import { place } from "./DevDatabase.ts"
import { makeDevFetch } from "./DevFetch.ts"
import { type DevFiles, readDevFiles } from "./DevFiles.ts"
import { utf8Text } from "./internal/utf8Text.ts"
import { routeFiles } from "./RouteFiles.ts"

/** How much of it the panel is sent. */
const shown = { entries: 60, letters: 4_000, drafts: 20 } as const

const install = `${place.tenant} ${place.install}`

const itself: InvocationData = {
  tenantId: place.tenant,
  extensionId: place.extension,
  installId: place.install,
  versionId: null,
  contentHash: null,
  requestId: null,
  trigger: null,
  user: null,
  restrictTo: null,
  settings: null
}

const endpointsOf = ({ api }: Pick<AuthoredManifest, "api">) =>
  (api?.endpoints ?? []).map(({ handler, method, path }, at) => ({
    id: `endpoint-${at + 1}`,
    method,
    path,
    handler,
    schedulable: (method === "GET" || method === "POST") && !/[:*{]/.test(path)
  }))

/**
 * Stand-ins for the product behind the capabilities beside the reads, for one extension. Storage, schedules and
 * invoices are in memory, for as long as the scope lives. Secrets, addresses and routes come from files that the author
 * writes.
 */
export const makeDevWorld = Effect.fnUntraced(function* (
  folder: string,
  rows: Dataset,
  read: typeof readDevFiles = readDevFiles
) {
  const memory = yield* Layer.build(Layer.provideMerge(layerOtherPorts, layerStore(rows)))
  const [entries, schedules] = [Context.get(memory, MemoryEntries), Context.get(memory, MemorySchedules)]
  const [drafts, storage] = [Context.get(memory, MemoryInvoices), Context.get(memory, Storage)]
  const readFiles = Effect.promise(() => read(folder))
  let files: DevFiles = yield* readFiles
  /** One read at a time: what an older one found never takes the place of what a newer one did. */
  const readLock = Semaphore.makeUnsafe(1)
  const current = readLock.withPermit(
    Effect.map(readFiles, (found) => {
      files = found
      return found
    })
  )

  const http = yield* makeDevFetch(Effect.map(current, ({ origins }) => origins))
  const secrets: Secrets["Service"] = {
    get: (key) =>
      Effect.flatMap(current, (now) => {
        const found = Object.hasOwn(now.secrets ?? {}, key) ? now.secrets?.[key] : undefined
        return found === undefined ? Effect.fail(new SecretsError({ code: "missing" })) : Effect.succeed(found)
      }),
    listKeys: Effect.map(current, (now) => Object.keys(now.secrets ?? {}))
  }

  const spaces = () => entries.get(install) ?? new Map<string, ReadonlyMap<string, never>>()
  const stored = () =>
    [...spaces()].flatMap(([namespace, space]) => [...space.values()].map((entry) => ({ ...entry, namespace })))

  const snapshot = (): BenchWorld => {
    const all = stored().sort((a, b) =>
      a.namespace === b.namespace ? (a.key < b.key ? -1 : 1) : a.namespace < b.namespace ? -1 : 1
    )
    return {
      stored: all.slice(0, shown.entries).map(
        ({ key, namespace, revision, value }): StoredRecord => ({
          namespace,
          key,
          revision: Number(revision),
          bytes: value.length,
          text: value.length > shown.letters ? null : utf8Text(value)
        })
      ),
      storedMore: Math.max(0, all.length - shown.entries),
      schedules: [...(schedules.get(install)?.values() ?? [])].map((one) => ({
        id: one.id,
        endpoint: `${one.endpointMethod} ${one.endpointPath}`,
        name: one.name,
        cron: one.cron,
        timezone: one.timezone,
        enabled: one.enabled,
        lastRun: one.lastRunAt === null ? null : `${one.lastRunStatus} ${one.lastRunAt.slice(11, 19)}`
      })),
      drafts: drafts
        .slice(-shown.drafts)
        .reverse()
        .map(({ input, invoice }) => ({
          number: invoice.invoiceNumber ?? "",
          client: input.clientId,
          items: input.items.length,
          total: invoice.total ?? 0
        }))
    }
  }

  return {
    ports: [
      Layer.succeed(Secrets, secrets),
      Layer.succeed(HttpFetch, http),
      Layer.succeed(Storage, storage),
      Layer.succeed(UiProxy, routeFiles(folder)),
      Layer.succeed(Scheduler, Context.get(memory, Scheduler)),
      Layer.succeed(Invoicing, Context.get(memory, Invoicing))
    ],
    snapshot,
    /** The rows that invoicing in memory rests on. */
    store: Context.get(memory, MemoryStore),
    /** The author's files, as they were read last. */
    files: () => files,
    /** Takes the files and the manifest's endpoints as they are now. */
    load: (manifest: Pick<AuthoredManifest, "api">) =>
      Effect.andThen(
        current,
        Context.get(memory, MemoryInstalls).load(place.tenant, place.install, { endpoints: endpointsOf(manifest) })
      ),
    /** Stores a text, or deletes where it is null. What storage refuses stays as it is. */
    edit: (namespace: string, key: string, text: string | null) =>
      Effect.ignore(
        asExecution(itself)(
          text === null
            ? storage.delete(namespace, key)
            : Effect.asVoid(storage.put({ namespace, key, value: new TextEncoder().encode(text), revision: null }))
        )
      ),
    schedule: (id: string) => schedules.get(install)?.get(id) ?? null,
    /** Notes how a run of a schedule that began then ended, unless a later one has ended already. */
    ran: (id: string, at: string, error: string | null) => {
      const own = schedules.get(install)
      const before = own?.get(id)
      if (before === undefined || (before.lastRunAt ?? "") > at) return
      const lastRunStatus = error === null ? "success" : "failure"
      own?.set(id, { ...before, lastRunAt: at, lastRunStatus, lastError: error })
    }
  }
})

/** What {@link makeDevWorld} makes. */
export type DevWorld = Effect.Success<ReturnType<typeof makeDevWorld>>
