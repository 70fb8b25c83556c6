import { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import { AdminFailed, type AnotherRun } from "./AdminError.ts"
import { adminFailed, atomically, exclusively, onSession } from "./internal/adminSession.ts"
import { closing, opening, type PolicyOptions } from "./internal/policyScript.ts"
import { type PolicyStatus, readPolicies } from "./internal/policyStatus.ts"
import { RoleName } from "./RoleName.ts"

export type { PolicyOptions } from "./internal/policyScript.ts"
export type { PolicyStatus } from "./internal/policyStatus.ts"

/** Roles would see nothing once row level security is on. Name them as unrestricted, or take their rights away first. */
export class PoliciesWouldHide extends Schema.TaggedError<PoliciesWouldHide>()("PoliciesWouldHide", {
  roles: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const roles = this.roles.join(", ")
    return `these roles would no longer see any row: ${roles}; name each that should keep its rights with --unrestricted`
  }
}

/** How row level security stands on each table that has tenants. Changes nothing. */
export const plan = (
  options: PolicyOptions
): Effect.Effect<ReadonlyArray<PolicyStatus>, AdminFailed, PgClient.PgClient> =>
  Effect.mapError(onSession(readPolicies(options)), adminFailed("look at the policies"))

const hidden = (statuses: ReadonlyArray<PolicyStatus>) => [...new Set(statuses.flatMap(({ hides }) => hides))].sort()

/** Why no policy can hold the reading login; null where nothing speaks against it. */
const hindrance = (statuses: ReadonlyArray<PolicyStatus>, { reader }: PolicyOptions) => {
  const tables = (state: PolicyStatus["state"]) =>
    statuses.flatMap((status) => (status.state === state ? [status.table] : [])).join(", ")
  const refused = (reason: string) => new AdminFailed({ step: "look at the policies", sqlState: null, reason })
  if (tables("no-table") !== "") {
    return refused(`the schema public has no table ${tables("no-table")}: connect to Alga's database`)
  }
  if (tables("exempt") !== "") {
    return refused(`no policy holds ${reader} on ${tables("exempt")}: name the login that db role makes`)
  }
  const roles = hidden(statuses)
  return roles.length > 0 ? new PoliciesWouldHide({ roles }) : null
}

/** Told of every table before it is changed. */
export type TableListener = (table: string) => Effect.Effect<void>

const silent: TableListener = () => Effect.void

const change = (table: string, statements: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    atomically(Effect.forEach(statements, (statement) => sql.unsafe(statement).unprepared, { discard: true }))
  ).pipe(Effect.mapError(adminFailed(`change the policies of ${table}`)))

const found = (options: PolicyOptions) => Effect.mapError(readPolicies(options), adminFailed("look at the policies"))

/**
 * Switches row level security on, a table at a time, each in a transaction that waits at most three seconds for the
 * table. A run that could not get one may be repeated, and continues where it stopped. If row level security was on
 * before, the other roles keep the policies that they have.
 *
 * From then on the reading login sees rows of the tenant in the setting `alga.tenant`, or the install that
 * `alga.lookup` names and its tenant. Without either it sees none, so the runner must set them first.
 */
export const apply = (
  options: PolicyOptions,
  listener: TableListener = silent
): Effect.Effect<ReadonlyArray<PolicyStatus>, AdminFailed | AnotherRun | PoliciesWouldHide, PgClient.PgClient> =>
  exclusively(
    Effect.gen(function* () {
      const before = yield* found(options)
      const refused = hindrance(before, options)
      if (refused !== null) return yield* refused
      for (const status of before) {
        if (status.state === "applied") continue
        yield* listener(status.table)
        yield* change(status.table, opening(status, options))
      }
      return yield* found(options)
    })
  )

/**
 * Removes what {@link apply} added, for any login, and switches row level security off where it was off before. Gives
 * the tables that were changed.
 */
export const drop = (
  listener: TableListener = silent
): Effect.Effect<ReadonlyArray<string>, AdminFailed | AnotherRun, PgClient.PgClient> =>
  exclusively(
    Effect.gen(function* () {
      const nobody = { reader: RoleName.make("nobody"), unrestricted: [] }
      const ours = (yield* found(nobody)).filter(({ state }) => state === "differs")
      for (const status of ours) {
        yield* listener(status.table)
        yield* change(status.table, closing(status))
      }
      return ours.map(({ table }) => table)
    })
  )
