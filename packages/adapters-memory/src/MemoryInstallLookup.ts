import { contentHashes } from "@alga-psa/ext-domain/ContentHash"
import { ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { type FoundInstall, InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { Effect, Layer } from "effect"
import type { Dataset, ExtensionBundleRow, InstallRow } from "./Dataset.ts"
import { MemoryStore } from "./MemoryStore.ts"

const isOpen = (rows: Dataset, install: InstallRow): boolean =>
  install.is_enabled &&
  install.status === "enabled" &&
  rows.tenants.some(({ suspended_at, tenant }) => tenant === install.tenant_id && suspended_at === null) &&
  rows.extension_version.some(({ id, registry_id }) => id === install.version_id && registry_id === install.registry_id)

const archivesOf = (rows: Dataset, install: InstallRow): ReadonlyArray<ExtensionBundleRow> =>
  rows.extension_bundle.filter(({ version_id }) => version_id === install.version_id)

const age = ({ created_at = "", id }: ExtensionBundleRow): string => `${created_at} ${id}`

const newestFirst = (one: ExtensionBundleRow, other: ExtensionBundleRow): number => (age(one) < age(other) ? 1 : -1)

/** {@link InstallLookup} over the rows of {@link MemoryStore}. It never fails. */
export const layerInstallLookup: Layer.Layer<InstallLookup, never, MemoryStore> = Layer.effect(
  InstallLookup,
  Effect.map(MemoryStore, (store) => {
    const found = (install: InstallRow, content_hash: string | undefined): FoundInstall | null => {
      const [contentHash] = contentHashes(content_hash === undefined ? [] : [content_hash])
      return contentHash === undefined
        ? null
        : {
            tenantId: TenantId.make(install.tenant_id),
            installId: InstallId.make(install.id),
            extensionId: ExtensionId.make(install.registry_id),
            contentHash
          }
    }
    const only = (isWanted: (row: InstallRow) => boolean) =>
      Effect.map(store.rows, (rows) => {
        const [install, ...more] = rows.tenant_extension_install.filter((row) => isWanted(row) && isOpen(rows, row))
        if (install === undefined || more.length > 0) return null
        const [newest] = archivesOf(rows, install).toSorted(newestFirst)
        return found(install, newest?.content_hash)
      })
    return InstallLookup.of({
      byHost: (host) => only(({ runner_domain }) => runner_domain === host),
      byId: (install) => only(({ id }) => id === install),
      byBundle: (extension, hash) =>
        Effect.map(store.rows, (rows) => {
          const [install] = rows.tenant_extension_install
            .filter((row) => row.registry_id === extension && isOpen(rows, row))
            .filter((row) => contentHashes(archivesOf(rows, row).map((it) => it.content_hash)).includes(hash))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          return install === undefined ? null : found(install, hash)
        })
    })
  })
)
