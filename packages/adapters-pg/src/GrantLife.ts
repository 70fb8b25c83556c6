import { accessOperations } from "@alga-psa/ext-domain/AccessRecord"
import { alwaysGranted, type Capability, parseCapabilities } from "@alga-psa/ext-domain/Capability"
import { PgClient } from "@effect/sql-pg"
import { Effect, Stream } from "effect"
import type { AdminFailed } from "./AdminError.ts"
import { type InstalledVersion, installedVersions, type WhichInstalls } from "./InstalledVersions.ts"
import { accessTable, isoTime } from "./internal/access/columns.ts"
import { adminFailed } from "./internal/adminSession.ts"

/** One capability of an install: what was asked for, given and used. */
export interface GrantLife {
  readonly capability: Capability
  /** Whether the installed version declares it. */
  readonly declared: boolean
  readonly granted: boolean
  /** When a call last used it, by the access records; null if none did, `unknown` without records. */
  readonly usedLast: string | null
  /**
   * How many executions used it in the days that were asked for: a revocation would have refused them. Those under one request id
   * count once. Null without records.
   */
  readonly executions: number | null
  /**
   * Who made it as it is: `db grants` (or `db extension`), by a record of it, or somebody `elsewhere`, such as the product. Null where there is
   * nothing to tell: no records, or neither a grant nor a record of one.
   */
  readonly by: "db grants" | "elsewhere" | null
}

/**
 * An install with each capability that it declares, has, or had until somebody took it away in another way, and that `db grants`
 * never revoked last, sorted.
 */
export interface InstallGrants {
  readonly row: InstalledVersion
  readonly grants: ReadonlyArray<GrantLife>
}

interface Use {
  readonly install: string
  readonly capability: string
  readonly last: string | null
  readonly executions: number
  readonly changed: string | null
}

/** Whether this database holds access records. */
export const hasAccessRecords: Effect.Effect<boolean, AdminFailed, PgClient.PgClient> = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [found] = yield* sql<{ readonly present: boolean }>`SELECT to_regclass(${accessTable}) IS NOT NULL AS present`
  return found?.present === true
}).pipe(Effect.mapError(adminFailed("look for the access records")))

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

const usesOf = (rows: ReadonlyArray<InstalledVersion>, days: number) =>
  Effect.flatMap(PgClient.PgClient, (sql) => {
    const { applied, revoked } = accessOperations
    const tenants = [...new Set(rows.map(({ tenant }) => tenant).filter(isUuid))]
    const installs = rows.map(({ install }) => install)
    return sql<Use>`
      WITH seen AS (
        SELECT install_id, capability, time, operation, operation IN (${applied}, ${revoked}) AS changes,
          operation NOT IN (${applied}, ${revoked}) AND outcome NOT IN ('capability-denied', 'rbac-denied') AS uses,
          coalesce(request_id, runner || ' ' || sequence) AS execution
        FROM ${sql.literal(accessTable)}
        WHERE tenant_id = ANY(${tenants}::uuid[]) AND install_id = ANY(${installs}::uuid[]) AND capability IS NOT NULL
      )
      SELECT install_id AS install, capability,
        ${sql.literal(isoTime("max(time) FILTER (WHERE uses)"))} AS last,
        count(DISTINCT execution) FILTER (WHERE uses AND time >= now() - make_interval(days => ${days}::int))::int
          AS executions,
        (array_agg(operation ORDER BY time DESC) FILTER (WHERE changes))[1] AS changed
      FROM seen GROUP BY 1, 2`
  }).pipe(Effect.mapError(adminFailed("read the access records")))

const inSeconds = (exact: string) => `${exact.slice(0, 19)}Z`

/** Whether the records have a grant, by its making or its use, and not that it was taken away. */
const wasGranted = ({ changed, last }: Use) =>
  changed === accessOperations.applied || (changed === null && last !== null)

const livesOf = (
  row: InstalledVersion,
  uses: ReadonlyArray<Use> | null,
  also: ReadonlyArray<Capability>
): InstallGrants => {
  const declared = parseCapabilities(row.declared)
  const granted = parseCapabilities(JSON.parse(row.granted))
  const had = parseCapabilities(uses?.filter(wasGranted).map(({ capability }) => capability) ?? [])
  const names = [...new Set([...declared, ...granted, ...had, ...also])]
    .filter((name) => !alwaysGranted.has(name))
    .toSorted()
  return {
    row,
    grants: names.map((capability): GrantLife => {
      const use = uses?.find((one) => one.capability === capability) ?? null
      const isGranted = granted.has(capability)
      const isRecorded = use?.changed === (isGranted ? accessOperations.applied : accessOperations.revoked)
      const nothingToTell =
        uses === null || (!isGranted && (use === null || (use.changed === null && use.last === null)))
      return {
        capability,
        declared: declared.has(capability),
        granted: isGranted,
        usedLast: uses === null ? "unknown" : use === null || use.last === null ? null : inSeconds(use.last),
        executions: uses === null ? null : (use?.executions ?? 0),
        by: nothingToTell ? null : isRecorded ? "db grants" : "elsewhere"
      }
    })
  }
}

/** How many installs are looked at together. */
const page = 200

/**
 * The grants of installs, one install after another: declared and granted by their rows, used by the access records of
 * this database. Each has the capabilities in `also`, whether or not it has to do with them.
 */
export const grantLives = (
  which: WhichInstalls,
  days: number,
  also: ReadonlyArray<Capability> = []
): Stream.Stream<InstallGrants, AdminFailed, PgClient.PgClient> =>
  Stream.unwrap(
    Effect.map(hasAccessRecords, (recorded) =>
      installedVersions(which).pipe(
        Stream.grouped(page),
        Stream.mapEffect((rows) =>
          Effect.map(recorded ? usesOf(rows, days) : Effect.succeed(null), (uses) => {
            const byInstall = uses && Map.groupBy(uses, ({ install }) => install)
            return rows.map((row) => livesOf(row, byInstall && (byInstall.get(row.install) ?? []), also))
          })
        ),
        Stream.flattenIterable
      )
    )
  )
