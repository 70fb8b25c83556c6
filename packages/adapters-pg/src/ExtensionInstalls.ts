import { alwaysGranted, type Capability, parseCapabilities } from "@alga-psa/ext-domain/Capability"
import { contentHashes } from "@alga-psa/ext-domain/ContentHash"
import { ExtensionId, type InstallId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import { isSqlError } from "effect/sql/SqlError"
import type { AdminFailed, AnotherRun } from "./AdminError.ts"
import { noteGrants } from "./internal/access/grantChanges.ts"
import { adminFailed, atomically, exclusively } from "./internal/adminSession.ts"
import * as Rows from "./internal/extensionRows.ts"

export type { Release } from "./internal/extensionRows.ts"

/** An extension cannot be installed, or removed, as requested. Nothing was changed. */
export class InstallRefused extends Schema.TaggedError<InstallRefused>()("InstallRefused", {
  message: Schema.String
}) {}

/** What became of an install, or would become of it. */
export interface InstallResult {
  readonly tenant: TenantId
  readonly tenantName: string
  readonly extension: ExtensionId
  readonly install: InstallId
  readonly state: "new" | "update" | "present"
  /** The version that was installed before; null where it is the first. */
  readonly from: string | null
  /** What this grants, sorted. */
  readonly grants: ReadonlyArray<Capability>
  /** What the version declares and the install is not granted afterwards, sorted: it was taken away before. */
  readonly withheld: ReadonlyArray<Capability>
  /** Whether the install is switched on and its status is `enabled`. */
  readonly enabled: boolean
}

/** What was taken away, or would be. */
export interface UninstallResult {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly install: InstallId
  /** Whether the extension's own rows go too: no other tenant has it installed. */
  readonly last: boolean
  /** The archives that the tenant may have in the store; the installed version's last. */
  readonly contentHashes: ReadonlyArray<string>
}

const refuse = (message: string) => Effect.fail(new InstallRefused({ message }))

const grantable = (names: unknown): ReadonlyArray<Capability> =>
  [...parseCapabilities(names)].filter((name) => !alwaysGranted.has(name)).sort()

class OnlyShown extends Schema.TaggedError<OnlyShown>()("OnlyShown", { result: Schema.Unknown }) {}

/** Runs in one transaction, alone. A change that is only shown is done as well, and rolled back. */
const inTransaction = <A, E, R>(step: string, write: boolean, work: Effect.Effect<A, E, R>) =>
  exclusively(
    atomically(
      Effect.flatMap(work, (result) => (write ? Effect.succeed(result) : Effect.fail(new OnlyShown({ result }))))
    ).pipe(Effect.catchIf(isSqlError, (error) => Effect.fail(adminFailed(step)(error))))
  ).pipe(
    Effect.catchIf(
      (error): error is OnlyShown => error instanceof OnlyShown,
      ({ result }) => Effect.succeed(result as A)
    )
  )

const activeTenant = Effect.fnUntraced(function* (tenant: TenantId) {
  const found = yield* Rows.tenant(tenant)
  if (found === undefined) return yield* refuse(`there is no tenant ${tenant}`)
  if (found.suspended) return yield* refuse(`the tenant ${tenant} is suspended`)
  return found.name
})

/**
 * The version's row. An existing version must have the same archive, since all tenants that have it installed share it.
 */
const versionOf = Effect.fnUntraced(function* (extension: string, release: Rows.Release) {
  const found = yield* Rows.version(extension, release.version)
  if (found === undefined) return yield* Rows.addVersion(extension, release)
  const [hash = null] = contentHashes(found.hash === null ? [] : [found.hash])
  const named = `version ${release.version} of ${release.name}`
  if (hash !== release.contentHash) {
    return yield* refuse(
      `${named} is there with ${hash === null ? "no bundle" : `other bytes (sha256:${hash})`}, for every tenant: give this one another version`
    )
  }
  if (grantable(found.capabilities).join() !== grantable(release.capabilities).join()) {
    return yield* refuse(`${named} is there, and its row declares other capabilities than its bundle`)
  }
  return found.id
})

/** How an install is asked for. */
export interface InstallOptions<E = never> {
  readonly tenant: TenantId
  readonly release: Rows.Release
  /** The host name of its page; null leaves it as it is, none for a new install. */
  readonly host: string | null
  /** False does everything, and rolls it back. */
  readonly write: boolean
  /** Puts the bundle into the store, before the rows count. Only where it writes. */
  readonly store: (extension: ExtensionId) => Effect.Effect<void, E>
}

/**
 * Installs an extension for a tenant, or another version of it: the rows of the registry, of the version and of its
 * bundle where they are missing, and the install's. All in one transaction, or nothing.
 *
 * Guarantees:
 * - It grants what the version declares. In an existing install, revoked capabilities stay revoked: it grants only what
 *   the version before did not declare.
 * - The rows of other tenants' installs stay as they are. A version that is there with another archive is refused.
 * - A repeated run changes nothing.
 * - What it grants is an access record too, where this database keeps them.
 */
export const install = <E = never>({
  host,
  release,
  store,
  tenant,
  write
}: InstallOptions<E>): Effect.Effect<InstallResult, AdminFailed | AnotherRun | InstallRefused | E, PgClient.PgClient> =>
  inTransaction(
    `install ${release.name}`,
    write,
    Effect.gen(function* () {
      const tenantName = yield* activeTenant(tenant)
      const extension = ExtensionId.make(yield* Rows.extension(release))
      const version = yield* versionOf(extension, release)
      const declared = grantable(release.capabilities)
      const before = yield* Rows.install(tenant, extension)
      const common = { tenant, tenantName, extension }
      let result: InstallResult
      if (before === undefined) {
        const id = yield* Rows.addInstall({ tenant, extension, version, grants: declared, host })
        result = { ...common, install: id, state: "new", from: null, grants: declared, withheld: [], enabled: true }
      } else {
        if (!Array.isArray(before.granted)) return yield* refuse(`the grants of install ${before.id} are no list`)
        const held = grantable(before.granted)
        const known = new Set([...held, ...grantable(before.declared)])
        const isSame = before.versionId === version
        const grants = isSame ? [] : declared.filter((name) => !known.has(name))
        yield* Rows.changeInstall(before.id, tenant, { version, grants: [...before.granted, ...grants], host })
        result = {
          ...common,
          install: before.id,
          state: isSame ? "present" : "update",
          from: before.version,
          grants,
          withheld: declared.filter((name) => !held.includes(name) && !grants.includes(name)),
          enabled: before.enabled
        }
      }
      if (write) {
        const { contentHash } = release
        // Before the record of the grants, whose locks no upload may hold.
        yield* store(extension)
        yield* noteGrants(
          { tenant, extension, install: result.install, versionId: version, contentHash },
          result.grants,
          "apply"
        )
      }
      return result
    })
  )

/** How an install is to be taken away. */
export interface UninstallOptions<E = never> {
  readonly tenant: TenantId
  /** The extension's name, or its id. */
  readonly extension: string
  readonly write: boolean
  /** Takes the tenant's archives out of the store, before the rows are gone. Only where it writes. */
  readonly remove: (result: UninstallResult) => Effect.Effect<void, E>
}

/**
 * Takes an extension away from a tenant: the install with its settings and secrets, and, where no other tenant has it installed,
 * the rows of the extension, its versions and bundles. Null where the tenant has no such install.
 */
export const uninstall = <E = never>({
  extension,
  remove,
  tenant,
  write
}: UninstallOptions<E>): Effect.Effect<
  UninstallResult | null,
  AdminFailed | AnotherRun | InstallRefused | E,
  PgClient.PgClient
> =>
  inTransaction(
    `uninstall ${extension}`,
    write,
    Effect.gen(function* () {
      if ((yield* Rows.tenant(tenant)) === undefined) return yield* refuse(`there is no tenant ${tenant}`)
      const [found, ...more] = yield* Rows.installsOf(tenant, extension)
      if (found === undefined) return null
      if (more.length > 0) {
        const named = [found, ...more].map(({ extension, publisher }) => `${extension} by ${publisher}`).join(", ")
        return yield* refuse(`several extensions have this name: say which by its id: ${named}`)
      }
      const hashes = yield* Rows.bundlesOf(found.extension, found.versionId)
      const last = yield* Rows.removeInstall(found.id, tenant, found.extension)
      const result: UninstallResult = {
        tenant,
        extension: found.extension,
        install: found.id,
        last,
        contentHashes: hashes.flatMap((hash) => contentHashes([hash]))
      }
      if (write) yield* remove(result)
      return result
    })
  )
