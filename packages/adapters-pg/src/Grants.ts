import { alwaysGranted, type Capability, parseCapabilities } from "@alga-psa/ext-domain/Capability"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { Effect, Schema, Stream } from "effect"
import { isSqlError } from "effect/sql/SqlError"
import { AdminFailed } from "./AdminError.ts"
import { hasAccessRecords } from "./GrantLife.ts"
import { type InstalledVersion, installedVersions, type WhichInstalls } from "./InstalledVersions.ts"
import { insertRecords } from "./internal/access/columns.ts"
import { grantRecords } from "./internal/access/grantChanges.ts"
import { keepUp } from "./internal/access/script.ts"
import { adminFailed } from "./internal/adminSession.ts"

/** Installs were named that are not there. */
export class UnknownInstalls extends Schema.TaggedError<UnknownInstalls>()("UnknownInstalls", {
  installs: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `no such install: ${this.installs.join(", ")}`
  }
}

/** An install, and capabilities of it. */
export interface InstallCapabilities {
  readonly tenant: string
  readonly install: string
  readonly extension: string
  readonly name: string
  /** The version's number; null where the version is not the extension's. */
  readonly version: string | null
  readonly enabled: boolean
  /** Sorted. */
  readonly capabilities: ReadonlyArray<Capability>
}

/** What a change did to an install, or would do. `no-list`: its grants are no list, and stay as they are. */
export interface ChangedGrants extends InstallCapabilities {
  readonly state: "would change" | "changed" | "no-list"
}

/** A change of grants. */
export interface GrantsChange {
  /** `apply` grants what the installed version declares; `revoke` takes away, declared or not. */
  readonly action: "apply" | "revoke"
  readonly capabilities: ReadonlyArray<Capability>
  readonly installs: WhichInstalls
  /** False only shows. */
  readonly write: boolean
}

const parsed = (json: string): unknown => JSON.parse(json)

const ofInstall = (
  { enabled, extension, install, name, tenant, version }: InstalledVersion,
  capabilities: ReadonlyArray<Capability>
): InstallCapabilities => ({
  tenant,
  install,
  extension,
  name,
  version,
  enabled,
  capabilities: capabilities.toSorted()
})

const missing = ({ declared, granted }: InstalledVersion): ReadonlyArray<Capability> => {
  const grants = parseCapabilities(parsed(granted))
  return [...parseCapabilities(declared)].filter((name) => !alwaysGranted.has(name) && !grants.has(name))
}

/** The installs whose installed version declares more than they were granted, and what that is. */
export const ungranted: Stream.Stream<InstallCapabilities, AdminFailed, PgClient.PgClient> = installedVersions(
  "all"
).pipe(
  Stream.map((row) => ofInstall(row, missing(row))),
  Stream.filter(({ capabilities }) => capabilities.length > 0)
)

/** What the grants become, and which of the capabilities changed. Other names stay as they were written. */
const changed = (row: InstalledVersion, { action, capabilities }: GrantsChange) => {
  const grants = parsed(row.granted)
  const isList = Array.isArray(grants)
  if (action === "apply") {
    const lacking = missing(row)
    const changes = capabilities.filter((name) => lacking.includes(name))
    return { grants: isList ? [...grants, ...changes] : null, changes }
  }
  if (!isList) return { grants: null, changes: [] }
  const named = new Set(capabilities)
  const removed = grants.map((grant) => [...parseCapabilities([grant])].filter((name) => named.has(name)))
  return { grants: grants.filter((_, i) => removed[i]?.length === 0), changes: [...new Set(removed.flat())] }
}

const isTenant = Schema.is(TenantId)

/** Writes only where the row is still the one that was read, and with it the access records of the change, where they are kept. */
const write = (
  row: InstalledVersion,
  grants: ReadonlyArray<unknown>,
  changes: ReadonlyArray<Capability>,
  action: GrantsChange["action"]
) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const { granted, install, tenant, versionId } = row
    const keeps = isTenant(tenant) && (yield* hasAccessRecords)
    if (keeps) yield* sql.unsafe(keepUp)
    return yield* sql.withTransaction(
      Effect.gen(function* () {
        const written = yield* sql`
          UPDATE tenant_extension_install SET granted_caps = ${JSON.stringify(grants)}::text::jsonb, updated_at = now()
          WHERE id = ${install}::uuid AND tenant_id = ${tenant}::text AND version_id = ${versionId}::uuid
            AND granted_caps = ${granted}::text::jsonb
          RETURNING id`
        if (written.length === 0) return false
        if (keeps) {
          yield* sql.unsafe(insertRecords, [JSON.stringify(grantRecords(row, changes, action)), crypto.randomUUID(), 0])
        }
        return true
      })
    )
  }).pipe(
    Effect.mapError((error) => (isSqlError(error) ? adminFailed(`change the grants of ${row.install}`)(error) : error))
  )

const mostTries = 20

const changeRow = (
  row: InstalledVersion,
  asked: GrantsChange,
  tries = mostTries
): Effect.Effect<ReadonlyArray<ChangedGrants>, AdminFailed, PgClient.PgClient> =>
  Effect.gen(function* () {
    const { changes, grants } = changed(row, asked)
    if (changes.length === 0) return []
    const about = ofInstall(row, changes)
    if (grants === null) return [{ ...about, state: "no-list" }]
    if (!asked.write) return [{ ...about, state: "would change" }]
    if (yield* write(row, grants, changes, asked.action)) return [{ ...about, state: "changed" }]
    if (tries === 0) {
      const reason = "somebody else keeps changing it"
      return yield* new AdminFailed({ step: `change the grants of ${row.install}`, sqlState: null, reason })
    }
    const again = yield* Stream.runCollect(installedVersions([row.install]))
    return (yield* Effect.forEach(again, (now) => changeRow(now, asked, tries - 1))).flat()
  })

const checkNamed = (installs: WhichInstalls) =>
  Effect.gen(function* () {
    if (installs === "all") return
    const found = yield* Stream.runCollect(Stream.map(installedVersions(installs), ({ install }) => install))
    const unknown = installs.filter((install) => !found.includes(install))
    if (unknown.length > 0) return yield* new UnknownInstalls({ installs: unknown })
  })

/**
 * Grants or revokes capabilities, one install after another, and reports each change. A row that somebody else changed
 * meanwhile is read again and changed as it is then. Other names in the grants stay. A run that was stopped may be
 * repeated. Each change is an access record too, where this database keeps them.
 */
export const change = (
  asked: GrantsChange
): Stream.Stream<ChangedGrants, AdminFailed | UnknownInstalls, PgClient.PgClient> =>
  Stream.unwrap(
    Effect.as(
      checkNamed(asked.installs),
      installedVersions(asked.installs).pipe(
        Stream.mapEffect((row) => changeRow(row, asked)),
        Stream.flatMap(Stream.fromIterable)
      )
    )
  )
