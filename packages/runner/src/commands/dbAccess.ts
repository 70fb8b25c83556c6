import * as AccessTables from "@alga-psa/ext-adapters-pg/AccessTables"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { TenantId, UserId } from "@alga-psa/ext-domain"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"
import { readSettings, SettingsInvalid } from "../SettingsSource.ts"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { print } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"

const role = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withSchema(RoleName), Flag.withDescription(description))

const writer = role("writer", "The login in DATABASE_ACCESS_URL, which gets the right to insert. It must exist")
const reader = role("reader", "The login in DATABASE_ACCESS_READER_URL, which gets the right to read. It must exist")

const show = Effect.fnUntraced(function* (asJson: boolean) {
  const state = yield* AccessTables.plan
  yield* print(
    [{ table: AccessTables.accessTable, ...state }],
    {
      table: ({ table }) => table,
      state: ({ present }) => (present ? "present" : "missing"),
      retention: ({ retention }) => retention ?? "-",
      months: ({ months }) => months.join(" ")
    },
    asJson
  )
  return state
})

const plan = Command.make("plan", { json }, (flags) => Effect.asVoid(onAdminDatabase(show(flags.json)))).pipe(
  Command.withDescription("Show whether the table exists, how long records stay, and its months; change nothing")
)

const check = Command.make("check", { json }, (flags) =>
  Effect.gen(function* () {
    const { months, present } = yield* show(flags.json)
    const now = new Date().toISOString().slice(0, 7)
    if (present && months.includes(now)) return
    return yield* new NotInPlace({
      what: present
        ? `the table has no partition for ${now}; run db access apply`
        : "the table is missing; run db access apply"
    })
  }).pipe(onAdminDatabase)
).pipe(Command.withDescription("Show the same as plan, and fail if the table or the current month is missing"))

const retentionOf = "ALGA_EXTENSION_RUNNER_ACCESS_RETENTION"

const apply = Command.make("apply", { writer, reader, settingsFile, json }, (flags) =>
  Effect.gen(function* () {
    if (flags.writer === flags.reader) {
      return yield* new UsageWrong({ message: "--writer and --reader must be two logins" })
    }
    const { readings, values } = yield* readSettings(flags.settingsFile)
    const retention = values[retentionOf]
    if (retention === undefined) {
      const problem = readings.find(({ name }) => name === retentionOf)?.problem
      return yield* new SettingsInvalid({ problems: [`${retentionOf} ${problem}`] })
    }
    yield* AccessTables.apply({ writer: flags.writer, reader: flags.reader, retention })
    yield* show(flags.json)
  }).pipe((run) => onAdminDatabase(run, flags.settingsFile))
).pipe(
  Command.withDescription(
    `Make the schema, the table and its months if they are missing, with the retention of ${retentionOf}, and give the logins their rights`
  )
)

const erase = Command.make(
  "erase",
  {
    tenant: Flag.String("tenant").pipe(Flag.withSchema(TenantId), Flag.withDescription("The tenant of the user")),
    user: Flag.String("user").pipe(Flag.withSchema(UserId), Flag.withDescription("The user to erase")),
    yes: Flag.Boolean("yes").pipe(Flag.withDefault(false), Flag.withDescription("Erase; without it nothing is changed"))
  },
  (flags) =>
    Effect.gen(function* () {
      if (!flags.yes) return yield* new UsageWrong({ message: "this cannot be undone: add --yes to erase the user" })
      const count = yield* onAdminDatabase(AccessTables.erase(flags.tenant, flags.user))
      yield* Console.log(`${count} records no longer name the user`)
    })
).pipe(Command.withDescription("Remove a user from a tenant's access records; the records themselves stay"))

/** `db access`: the table of access records, in a schema of its own. */
export const access = Command.make("access").pipe(
  Command.withDescription("Manage the table of access records, in a schema of its own, and the two logins that use it"),
  Command.withSubcommands([plan, apply, check, erase])
)
