import { secretTable } from "@alga-psa/ext-adapters-pg/PgInstallSecrets"
import { type ReadTable, readTables } from "@alga-psa/ext-adapters-pg/ReadColumns"
import * as ReaderRole from "@alga-psa/ext-adapters-pg/ReaderRole"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"
import { SettingsInvalid } from "../SettingsSource.ts"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { secretOf } from "./secretOf.ts"

const name = Flag.String("name").pipe(Flag.withSchema(RoleName), Flag.withDescription("The login that reads"))

const script = Flag.Boolean("print").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print the SQL, without a password; needs no database")
)

const apply = Flag.Boolean("apply").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Create the login, or restore its rights; its password is DATABASE_READER_PASSWORD")
)

const check = Flag.Boolean("check").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Show what the login lacks and what else it may do; fail if it lacks something")
)

const strict = Flag.Boolean("strict").pipe(
  Flag.withDefault(false),
  Flag.withDescription("With --check, also fail if it may do anything else")
)

const connectionLimit = Flag.Int("connection-limit").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
  Flag.optional,
  Flag.withDescription("How many connections the login may have at once. Default: no limit")
)

const secrets = Flag.Boolean("secrets").pipe(
  Flag.withDefault(false),
  Flag.withDescription(
    "Let it read the sealed secrets of installs too, for ALGA_EXTENSION_RUNNER_TRIGGER_SECRETS. Without it, that right is removed"
  )
)

const show = (
  role: RoleName,
  needed: ReadonlyArray<ReadTable>,
  { beyond, missing }: ReaderRole.ReaderPrivileges,
  asJson: boolean
) => {
  const columns = needed.reduce((sum, table) => sum + table.columns.length, 0)
  if (asJson) return Console.log(JSON.stringify({ role, missing, beyond }))
  const reads = `${role} may read ${columns - missing.length} of the ${columns} columns that it needs, of ${needed.length} tables`
  return Console.log(
    [reads, ...missing.map((column) => `missing: ${column}`), ...beyond.map((finding) => `beyond: ${finding}`)].join(
      "\n"
    )
  )
}

const password = Effect.gen(function* () {
  const given = yield* secretOf("DATABASE_READER_PASSWORD")
  if (Option.isNone(given)) return given
  const checked = Schema.decodeUnknownEffect(ReaderRole.ReaderPassword)(given.value)
  return Option.some(
    yield* Effect.mapError(
      checked,
      () => new SettingsInvalid({ problems: ["DATABASE_READER_PASSWORD must be 12 to 256 printable ASCII characters"] })
    )
  )
})

/** `db role`: the login that reads. */
export const role = Command.make(
  "role",
  { name, script, apply, check, strict, secrets, connectionLimit, json },
  (flags) =>
    Effect.gen(function* () {
      if ([flags.script, flags.apply, flags.check].filter(Boolean).length !== 1) {
        return yield* new UsageWrong({ message: "use exactly one of --print, --apply, --check" })
      }
      const limit = Option.getOrUndefined(flags.connectionLimit)
      const needed = flags.secrets ? [...readTables, secretTable] : readTables
      const options = {
        name: flags.name,
        secrets: flags.secrets,
        ...(limit === undefined ? {} : { connectionLimit: limit })
      }
      if (flags.script) return yield* Console.log(ReaderRole.script(options))
      if (flags.check) {
        const found = yield* onAdminDatabase(ReaderRole.check(flags.name, options))
        yield* show(flags.name, needed, found, flags.json)
        const wrong = found.missing.length > 0 || (flags.strict && found.beyond.length > 0)
        return wrong
          ? yield* new NotInPlace({ what: `${flags.name} is not as it should be; run db role --apply` })
          : undefined
      }
      const given = Option.getOrUndefined(yield* password)
      const withPassword = given === undefined ? options : { ...options, password: given }
      const found = yield* onAdminDatabase(ReaderRole.apply(withPassword))
      yield* show(flags.name, needed, found, flags.json)
      if (given === undefined)
        yield* Console.error(`${flags.name}: no DATABASE_READER_PASSWORD, its password stays as it is`)
    })
).pipe(
  Command.withDescription("Create, print or check the login that may read what the runner reads, and nothing else"),
  Command.withExamples([
    { command: "alga-extension-runner db role --name alga_ext_reader --print", description: "Read the SQL first" },
    { command: "alga-extension-runner db role --name alga_ext_reader --apply", description: "Run it" }
  ])
)
