import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, Schema } from "effect"
import type { AnotherRun } from "./AdminError.ts"
import { AdminFailed } from "./AdminError.ts"
import { adminFailed, atomically, exclusively } from "./internal/adminSession.ts"
import { type ReaderPrivileges, readPrivileges } from "./internal/readerPrivileges.ts"
import { type ReaderOptions, readerScript, tablesOf, takePassword } from "./internal/readerScript.ts"
import { scramVerifier } from "./internal/scram.ts"
import type { RoleName } from "./RoleName.ts"

export type { ReaderPrivileges } from "./internal/readerPrivileges.ts"
export type { ReaderOptions } from "./internal/readerScript.ts"

/** A password for the login: 12 to 256 printable ASCII characters. */
export const ReaderPassword = Schema.Redacted(
  Schema.String.check(
    Schema.isPattern(/^[\x20-\x7e]{12,256}$/, { message: "must be 12 to 256 printable ASCII characters" })
  )
)

/**
 * The SQL that {@link apply} runs, without a password, for a person to read and run as the owner of Alga's tables.
 */
export const script = (options: ReaderOptions): string =>
  [
    "BEGIN;",
    ...readerScript(options).map((statement) => `${statement};`),
    "COMMIT;",
    `-- Then give it a password that stays out of every log, in psql: \\password ${options.name}`
  ].join("\n")

const setPassword = (name: RoleName, password: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const verifier = yield* Effect.promise(() => scramVerifier(Redacted.value(password)))
    yield* sql`SELECT set_config('alga.verifier', ${verifier}, true)`
    yield* sql.unsafe(takePassword(name)).unprepared
  })

/**
 * Creates the login, or restores its rights. It may connect to this database and SELECT the columns of {@link
 * readTables}, and with `secrets` those of the sealed secrets, in read-only transactions by default. It has no other
 * right. All or nothing.
 *
 * Only a role that an earlier run made is touched; another of that name is refused (42710). Without a password an existing
 * one stays. The password's SCRAM verifier is sent, never the password.
 */
export const apply = (
  options: ReaderOptions & { readonly password?: Redacted.Redacted }
): Effect.Effect<ReaderPrivileges, AdminFailed | AnotherRun, PgClient.PgClient> =>
  exclusively(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { password } = options
      const work = Effect.gen(function* () {
        for (const statement of readerScript(options)) yield* sql.unsafe(statement).unprepared
        if (password !== undefined) yield* setPassword(options.name, password)
      })
      yield* atomically(work)
      return yield* readPrivileges(options.name, tablesOf(options))
    }).pipe(Effect.mapError(adminFailed(`make the role ${options.name}`)))
  )

/**
 * The rights that the login lacks, and those that it has beyond its needs. The latter come from PUBLIC, or were not
 * given by {@link apply}.
 */
export const check = (
  name: RoleName,
  options: Pick<ReaderOptions, "secrets"> = {}
): Effect.Effect<ReaderPrivileges, AdminFailed, PgClient.PgClient> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const failed = adminFailed(`look at the role ${name}`)
    const found = yield* Effect.mapError(sql`SELECT FROM pg_roles WHERE rolname = ${name}`, failed)
    if (found.length > 0) return yield* Effect.mapError(readPrivileges(name, tablesOf(options)), failed)
    return yield* new AdminFailed({
      step: `look at the role ${name}`,
      sqlState: null,
      reason: "there is no such role: make it with db role --apply"
    })
  })
