import { Effect, type Option } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "./Bench.ts"
import { type Budgets, checked } from "./Budgets.ts"
import type { Report } from "./Report.ts"

/** A bench beside its budgets. */
export interface Checked {
  /** What it found, with a table of the budgets at the end; null where it could not be run. */
  readonly report: Report | null
  /** The figures beyond their budgets, or why the bench could not be run. */
  readonly beyond: ReadonlyArray<string>
}

const unknown = (names: ReadonlyArray<string>, what: string) =>
  Effect.fail(new BenchFailed({ why: `${what}: ${names.join(", ")}` }))

/**
 * The benches to check: the named one, or all that have budgets. Fails where the named one has none, and where budgets are
 * those of a bench that there is not.
 */
export const toCheck = (
  benches: ReadonlyArray<Bench>,
  budgets: Budgets,
  name: Option.Option<string>
): Effect.Effect<ReadonlyArray<Bench>, BenchFailed> => {
  const withBudgets = Object.keys(budgets)
  const absent = withBudgets.filter((one) => !benches.some((bench) => bench.name === one))
  if (absent.length > 0) return unknown(absent, "there are budgets of benches that there are not")
  if (name._tag === "None") return Effect.succeed(benches.filter((bench) => withBudgets.includes(bench.name)))
  const named = benches.filter((bench) => bench.name === name.value && withBudgets.includes(bench.name))
  return named.length > 0 ? Effect.succeed(named) : unknown(withBudgets, `${name.value} has no budgets; these have`)
}

/** Runs a bench and compares its figures with its budgets. */
export const check = (bench: Bench, budgets: Budgets, options: BenchOptions): Effect.Effect<Checked> =>
  Effect.match(Effect.scoped(bench.run(options)), {
    onSuccess: (report): Checked => {
      const { beyond, table } = checked(report, budgets)
      return {
        report: { ...report, tables: [...report.tables, table] },
        beyond: beyond.map((figure) => `${bench.name}: ${figure}`)
      }
    },
    onFailure: ({ why }): Checked => ({ report: null, beyond: [`${bench.name}: ${why}`] })
  })
