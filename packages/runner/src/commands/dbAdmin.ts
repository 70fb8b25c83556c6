import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { addressOf, parametersOf } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import type { PgClient } from "@effect/sql-pg/PgClient"
import { Config, Effect, Layer, Option, Redacted, Result, Schema } from "effect"
import { Flag } from "effect/cli"
import { SettingsInvalid } from "../SettingsSource.ts"
import { secretOf } from "./secretOf.ts"

const invalid = (why: string) =>
  new SettingsInvalid({
    problems: [
      `DATABASE_ADMIN_URL ${why}: set it to Alga's database, postgres://…, with the login that owns its tables; DATABASE_URL is the reading login, and is not used here`
    ]
  })

/** What is said of every database counts for this one too, where its URL says nothing. */
const ofAllDatabases = Config.all({
  sslmode: Config.option(Config.NonEmptyString("DATABASE_SSLMODE")),
  sslrootcert: Config.option(Config.NonEmptyString("DATABASE_CA_FILE"))
})

const adminDatabase = Effect.gen(function* () {
  const url = yield* secretOf("DATABASE_ADMIN_URL")
  if (Option.isNone(url)) return yield* invalid("is not set")
  const said = Object.entries(yield* ofAllDatabases).flatMap(([name, value]) =>
    Option.isSome(value) ? [[name, value.value] as const] : []
  )
  const address = Result.flatMap(parametersOf(Redacted.value(url.value)), (parameters) =>
    addressOf(new Map([...said, ...parameters]))
  )
  return yield* Effect.mapError(Effect.fromResult(address), (why) =>
    invalid(why.startsWith("must be") ? "is no address of a PostgreSQL server" : why)
  )
})

const database = Layer.unwrap(Effect.map(adminDatabase, layerAdmin))

/**
 * Provides the client of `DATABASE_ADMIN_URL`. A run that is told to stop ends with the status 130: unlike a service, it
 * has not done what it was asked for.
 */
export const onAdminDatabase = <A, E, R = never>(run: Effect.Effect<A, E, PgClient | R>) =>
  Effect.onInterrupt(Effect.provide(run, database), () =>
    Effect.sync(() => {
      process.exitCode = 130
    })
  )

/** `--json`, for programs that read the output. */
export const json = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print one JSON object a line instead of a table")
)

/** A check found that the database is not as it should be. The message says what to run. */
export class NotInPlace extends Schema.TaggedError<NotInPlace>()("NotInPlace", { what: Schema.String }) {
  override get message(): string {
    return this.what
  }
}
