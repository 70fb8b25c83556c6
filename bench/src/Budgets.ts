import { Effect, FileSystem, Schema } from "effect"
import { BenchFailed } from "./Bench.ts"
import type { Report, Table } from "./Report.ts"

const Bound = Schema.Struct({
  /** The figure that a change may not make worse, with room for a noisy machine. */
  atLeast: Schema.optionalKey(Schema.Finite),
  atMost: Schema.optionalKey(Schema.Finite),
  /** What is aimed at, where that is more. Reported, never a failure. */
  goal: Schema.optionalKey(Schema.Finite)
}).check(
  Schema.makeFilter(
    ({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined || "a budget needs atLeast or atMost"
  )
)

/** Bounds by bench and figure. */
export const Budgets = Schema.Record(Schema.String, Schema.Record(Schema.String, Bound))
export interface Budgets extends Schema.Schema.Type<typeof Budgets> {}

const parse = Schema.decodeUnknownEffect(Schema.fromJsonString(Budgets))

/** The bounds of the file `budgets.json`. */
export const readBudgets = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(file)).pipe(
    Effect.flatMap(parse),
    Effect.mapError((error) => new BenchFailed({ why: `${file}: ${error.message}` }))
  )

const isWithin = (value: number, { atLeast, atMost }: typeof Bound.Type) =>
  Number.isFinite(value) && (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)

const reached = (value: number, { atMost, goal }: typeof Bound.Type) =>
  goal === undefined ? null : (atMost === undefined ? value >= goal : value <= goal) ? "yes" : "NO"

/**
 * The figures of a report beside their bounds, and the names of those beyond. A bound whose figure the report lacks, or has
 * no number for, is beyond too: what is no longer measured is not met.
 */
export const checked = (
  { bench, figures = {} }: Report,
  budgets: Budgets
): { readonly table: Table; readonly beyond: ReadonlyArray<string> } => {
  const bounds = Object.entries(budgets[bench] ?? {})
  const rows = bounds.map(([name, bound]) => {
    const value = figures[name]
    return {
      name,
      ok: value !== undefined && isWithin(value, bound),
      cells: [
        value ?? null,
        bound.atLeast ?? null,
        bound.atMost ?? null,
        value !== undefined && isWithin(value, bound) ? "yes" : "NO",
        bound.goal ?? null,
        value === undefined ? null : reached(value, bound),
        name
      ]
    }
  })
  return {
    table: {
      title: "Figures beside their budgets",
      columns: ["measured", "at least", "at most", "met", "goal", "reached", "figure"],
      rows: rows.map(({ cells }) => cells)
    },
    beyond: rows.filter(({ ok }) => !ok).map(({ name }) => name)
  }
}
