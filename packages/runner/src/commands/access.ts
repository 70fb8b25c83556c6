import * as PgAccessReader from "@alga-psa/ext-adapters-pg/PgAccessReader"
import { outputTaken } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import { AccessReader, AccessRecord, type AccessSum, accessRecordSchema, mostAccessRecords } from "@alga-psa/ext-domain"
import { Console, Effect, type Option, Record } from "effect"
import { Command, Flag } from "effect/cli"
import { type AccessQuestion, readQuestion, usualPage } from "../AccessQuery.ts"
import { csv } from "../Csv.ts"
import { UsageWrong } from "../ExitCode.ts"
import { print } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"
import { usedSettings } from "./usedSettings.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.optional, Flag.withDescription(description))

const filter = {
  tenant: Flag.String("tenant").pipe(Flag.withDescription("The tenant whose records are read")),
  install: text("install", "Only of this install"),
  user: text("user", "Only for this user"),
  operation: text("operation", "Only this operation, such as clients.list"),
  outcome: text("outcome", "Only with this outcome, such as ok or rbac-denied"),
  from: text("from", "From this time on, such as 2026-01-31T08:00:00Z, or a time ago, such as '7 days'"),
  until: text("until", "Before this time, written in the same way")
}

const format = Flag.Literals("format", ["table", "csv", "json"]).pipe(
  Flag.withDefault("table" as const),
  Flag.withDescription("csv, or json with one object a line. Default: a table")
)

type Given = { readonly tenant: string } & Readonly<Record<string, string | Option.Option<string>>>

/** Asks for access records by the login that may read them. */
const onRecords = <A, E, R>(
  file: Option.Option<string>,
  { tenant, ...optional }: Given,
  use: (reader: AccessReader["Service"], question: AccessQuestion) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const given = Record.getSomes(optional as Record.ReadonlyRecord<string, Option.Option<string>>)
    const question = yield* Effect.mapError(
      readQuestion({ tenant, ...given }),
      (message) => new UsageWrong({ message: `--${message}` })
    )
    const { database } = yield* usedSettings(file, "DATABASE_ACCESS_READER")
    const asked = Effect.flatMap(AccessReader, (reader) => use(reader, question))
    return yield* Effect.provide(asked, PgAccessReader.layer(database))
  })

const fields = Object.keys(AccessRecord.fields)

const columns = {
  time: ({ time }: AccessRecord) => time,
  operation: ({ operation }: AccessRecord) => operation,
  outcome: ({ outcome }: AccessRecord) => outcome,
  install: ({ install }: AccessRecord) => install ?? "-",
  user: ({ trigger, user }: AccessRecord) => user ?? trigger ?? "-",
  results: ({ resultCount }: AccessRecord) => String(resultCount ?? "-"),
  request: ({ requestId }: AccessRecord) => requestId ?? "-"
}

type Format = "table" | "csv" | "json"

const show = (records: ReadonlyArray<AccessRecord>, as: Format, head: boolean) => {
  if (as !== "csv") return print(records, columns, as === "json")
  const lines = csv(fields, records, { head })
  return lines === "" ? Effect.void : Console.log(lines.replace(/\r\n$/, "\r"))
}

const most = text("most", `How many at most, newest first. Default: ${usualPage}`)
const after = text("after", "The value that the page before printed for the next one")

const list = Command.make("list", { ...filter, most, after, format, settingsFile }, (flags) => {
  const { format: as, settingsFile: file, ...given } = flags
  return onRecords(file, given, (reader, { filter: meant, page, tenant }) =>
    Effect.gen(function* () {
      const { items, next } = yield* reader.list(tenant, meant, page)
      yield* show(items, as, true)
      if (next !== null) yield* Console.error(`there are more: --after ${next}`)
    })
  )
}).pipe(
  Command.withDescription("Show a tenant's access records, the newest first"),
  Command.withExamples([
    {
      command: "alga-extension-runner access list --tenant TENANT --install INSTALL --from '7 days' --format csv",
      description: "What an extension did in the last week"
    }
  ])
)

const exported = Command.make("export", { ...filter, format, settingsFile }, (flags) => {
  const { format: as, settingsFile: file, ...given } = flags
  return onRecords(file, given, (reader, { filter: meant, tenant }) =>
    Effect.gen(function* () {
      let next: string | null = null
      do {
        const page: { readonly items: ReadonlyArray<AccessRecord>; readonly next: string | null } = yield* reader.list(
          tenant,
          meant,
          { after: next, most: mostAccessRecords }
        )
        yield* show(page.items, as, next === null)
        next = (yield* outputTaken) ? page.next : null
      } while (next !== null)
    })
  )
}).pipe(Command.withDescription("Write all of a tenant's access records, the newest first, without a limit"))

const sumColumns = {
  extension: ({ extension }: AccessSum) => extension ?? "-",
  install: ({ install }: AccessSum) => install ?? "-",
  operation: ({ operation }: AccessSum) => operation,
  user: ({ trigger, user }: AccessSum) => user ?? trigger ?? "-",
  outcome: ({ outcome }: AccessSum) => outcome,
  calls: ({ calls }: AccessSum) => String(calls),
  results: ({ results }: AccessSum) => String(results),
  last: ({ last }: AccessSum) => last
}

const sumFields: ReadonlyArray<keyof AccessSum> = [
  ...(["extension", "install", "operation", "capability", "user", "trigger", "outcome"] as const),
  ...(["calls", "results", "first", "last"] as const)
]

const summary = Command.make("summary", { ...filter, format, settingsFile }, (flags) => {
  const { format: as, settingsFile: file, ...given } = flags
  return onRecords(file, given, (reader, { filter: meant, tenant }) =>
    Effect.flatMap(reader.summary(tenant, meant), (sums) =>
      as === "csv"
        ? Console.log(csv(sumFields, sums).replace(/\r\n$/, "\r"))
        : print(
            sums.map((sum) => ({ ...sum })),
            sumColumns,
            as === "json"
          )
    )
  )
}).pipe(Command.withDescription("Count a tenant's access records by install, operation, user and outcome"))

const schema = Command.make("schema", {}, () => Console.log(JSON.stringify(accessRecordSchema(), null, 2))).pipe(
  Command.withDescription("Print the JSON Schema of an access record, with its version")
)

/** `access`: who read what, by the records in `DATABASE_ACCESS_READER_URL`. */
export const access = Command.make("access").pipe(
  Command.withDescription(
    "Ask who read what: the records of guarded calls, in the database of DATABASE_ACCESS_READER_URL"
  ),
  Command.withSubcommands([list, summary, exported, schema])
)
