import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { addressOf, type ConnectionParameters, parametersOf } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import type { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Layer, Option, Redacted, Schema } from "effect"
import { Flag } from "effect/cli"
import { readSettings, SettingsInvalid } from "../SettingsSource.ts"
import { secretOf } from "./secretOf.ts"

const problem = (why: string) => new SettingsInvalid({ problems: [`DATABASE_ADMIN_URL ${why}`] })

const invalid = (why: string) =>
  problem(
    `${why}: set it to Alga's database, postgres://…, with the login that owns its tables; DATABASE_URL is the reading login, and is not used here`
  )

const ofAllDatabases = [
  ["DATABASE_SSLMODE", "sslmode"],
  ["DATABASE_CA_FILE", "sslrootcert"]
] as const

/** What a URL says, with what the settings say of every database. */
const completed = Effect.fnUntraced(function* (inUrl: ConnectionParameters, file: Option.Option<string>) {
  const { readings, values } = yield* readSettings(file)
  const parameters = new Map(inUrl)
  for (const [setting, parameter] of ofAllDatabases) {
    const wrong = readings.find(({ name }) => name === setting)?.problem ?? null
    if (wrong !== null) return yield* new SettingsInvalid({ problems: [`${setting} ${wrong}`] })
    const value = values[setting]
    if (value === undefined) continue
    if ((parameters.get(parameter) ?? value) !== value) {
      return yield* problem(`has another ${parameter} than ${setting}: remove one of them`)
    }
    parameters.set(parameter, value)
  }
  return parameters
})

const adminDatabase = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const url = yield* secretOf("DATABASE_ADMIN_URL")
  if (Option.isNone(url)) return yield* invalid("is not set")
  const inUrl = yield* Effect.mapError(Effect.fromResult(parametersOf(Redacted.value(url.value))), (why) =>
    invalid(why.startsWith("must be") ? "is not the address of a PostgreSQL server" : why)
  )
  return yield* Effect.mapError(Effect.fromResult(addressOf(yield* completed(inUrl, file))), invalid)
})

/**
 * Provides the client of `DATABASE_ADMIN_URL`, encrypted as the settings say of every database: those of the environment, and
 * of the file that is given or that the environment names. A run that is told to stop ends with the status 130: unlike a service, it
 * has not done what it was asked for.
 */
export const onAdminDatabase = <A, E, R = never>(
  run: Effect.Effect<A, E, PgClient | R>,
  file: Option.Option<string> = Option.none()
) =>
  Effect.onInterrupt(Effect.provide(run, Layer.unwrap(Effect.map(adminDatabase(file), layerAdmin))), () =>
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
