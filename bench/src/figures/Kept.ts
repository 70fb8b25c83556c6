import { Effect, FileSystem, Path, Schema } from "effect"
import { BenchFailed } from "../Bench.ts"
import type { Report } from "../Report.ts"

const Cell = Schema.Union([Schema.String, Schema.Finite, Schema.Null])

const KeptReport = Schema.Struct({
  /** When it was measured: a day, or what is known of it. */
  taken: Schema.String,
  /** The command that measured it. */
  command: Schema.String,
  report: Schema.Struct({
    bench: Schema.String,
    environment: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
    tables: Schema.Array(
      Schema.Struct({
        title: Schema.String,
        columns: Schema.Array(Schema.String),
        rows: Schema.Array(Schema.Array(Cell))
      })
    ),
    figures: Schema.optionalKey(Schema.Record(Schema.String, Schema.Finite))
  })
})

/** What a bench found on the run that the pages tell of. */
export interface Kept extends Schema.Schema.Type<typeof KeptReport> {}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(KeptReport))

/** The kept reports of a folder, by the names of their benches. */
export const readKept = Effect.fnUntraced(
  function* (folder: string) {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const names = (yield* files.readDirectory(folder)).filter((name) => name.endsWith(".json")).sort()
    const kept = yield* Effect.forEach(names, (name) =>
      Effect.flatMap(files.readFileString(path.join(folder, name)), decode)
    )
    return new Map(kept.map((one) => [one.report.bench, one]))
  },
  Effect.mapError((error) => new BenchFailed({ why: `a kept report cannot be read: ${error.message}` }))
)

/** Keeps a report in the place of the one before. What it cannot say as JSON, such as a figure that is no number, is left out. */
export const keepReport = Effect.fnUntraced(function* (folder: string, report: Report, command: string) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const tables = report.tables.map(({ columns, rows, title }) => ({ title, columns, rows }))
  const figures = Object.fromEntries(Object.entries(report.figures ?? {}).filter(([, value]) => Number.isFinite(value)))
  const taken = new Date().toISOString().slice(0, 10)
  const kept = { taken, command, report: { bench: report.bench, environment: report.environment, tables, figures } }
  yield* files.makeDirectory(folder, { recursive: true })
  yield* files.writeFileString(path.join(folder, `${report.bench}.json`), `${JSON.stringify(kept, null, 1)}\n`)
})
