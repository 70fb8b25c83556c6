import { ids } from "@alga-psa/ext-adapters-memory"
import { type ArchiveFile, Archives, type ArchivesService, ComponentStore } from "@alga-psa/ext-adapters-wit"
import type { TenantId } from "@alga-psa/ext-domain"
import { Effect, Layer } from "effect"
import { type BundleKey, BundleStore, BundleStoreError } from "../../src/BundleStore.ts"
import { sha256 } from "../../testing/Archive.ts"

/** Bytes that stand for an archive, and where a tenant has it. */
export const bundleOf = (
  text: string,
  tenant: TenantId = ids.tenants.acme
): { key: BundleKey; archive: Uint8Array } => {
  const archive = Buffer.from(text)
  return { archive, key: { tenant, extension: ids.extensions.full, hash: sha256(archive) } }
}

/** Opens archives as told, by their text. */
export interface Opening {
  readonly component?: ArchivesService["component"]
  readonly page?: ArchivesService["page"]
}

/** A store of archives and what is asked of it; archives are opened as told. */
export const intakeScene = (opening: Opening) => {
  const archives = new Map<string, Uint8Array>()
  const reads: Array<string> = []
  const opened: Array<string> = []
  const noted =
    <A, E>(open: (archive: Uint8Array) => Effect.Effect<A, E>) =>
    (archive: Uint8Array) =>
      Effect.suspend(() => {
        opened.push(Buffer.from(archive).toString())
        return open(archive)
      })
  const layer = Layer.mergeAll(
    Layer.succeed(BundleStore, {
      check: Effect.void,
      read: ({ hash, tenant }) =>
        Effect.suspend(() => {
          reads.push(hash)
          const archive = archives.get(`${tenant} ${hash}`)
          return archive === undefined
            ? Effect.fail(new BundleStoreError({ reason: "not-found" }))
            : Effect.succeed(archive)
        })
    }),
    Layer.succeed(Archives, {
      component: noted(opening.component ?? (() => Effect.die("no component"))),
      page: noted(opening.page ?? (() => Effect.die("no page"))),
      manifest: noted(() => Effect.die("no manifest"))
    })
  )
  const put = ({ archive, key }: ReturnType<typeof bundleOf>, bytes = archive) =>
    void archives.set(`${key.tenant} ${key.hash}`, bytes)
  return { layer, opened, put, reads }
}

/** A component store that accepts everything. */
export const acceptingStore = Layer.succeed(ComponentStore, {
  directory: "",
  accept: (bytes) =>
    Effect.succeed({ hash: sha256(bytes), glue: "", glueSha256: "", imports: [], modules: [], unrestorable: null }),
  find: () => Effect.succeed(null),
  use: () => Effect.void,
  forget: () => Effect.void
})

/** A file of a page. */
export const pageFile = (text: string): ArchiveFile => ({ bytes: Buffer.from(text), sha256: sha256(Buffer.from(text)) })
