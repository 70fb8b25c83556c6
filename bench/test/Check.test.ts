import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { type Bench, BenchFailed } from "../src/Bench.ts"
import { check, toCheck } from "../src/Check.ts"

const benchOf = (name: string, run: Bench["run"]): Bench => ({ name, summary: name, run })
const giving = (name: string, figures: Record<string, number>) =>
  benchOf(name, () => Effect.succeed({ bench: name, environment: {}, tables: [], figures }))
const options = { scale: 1, keep: "", budget: 1, tell: () => Effect.void }

const lists = giving("lists", { "today / ours": 9 })
const loops = benchOf("loops", () => Effect.fail(new BenchFailed({ why: "no server" })))
const others = giving("others", {})
const budgets = { lists: { "today / ours": { atLeast: 2 } }, loops: { ends: { atMost: 3 } } }
const names = (benches: ReadonlyArray<Bench>) => benches.map(({ name }) => name)

describe("A check", () => {
  it.effect("is of every bench that has budgets where none is named", () =>
    Effect.gen(function* () {
      assert.deepEqual(names(yield* toCheck([others, loops, lists], budgets, Option.none())), ["loops", "lists"])
    })
  )

  it.effect("is of the named bench alone, which must have budgets", () =>
    Effect.gen(function* () {
      assert.deepEqual(names(yield* toCheck([lists, loops], budgets, Option.some("lists"))), ["lists"])
      const { why } = yield* Effect.flip(toCheck([lists, loops, others], budgets, Option.some("others")))
      assert.strictEqual(why, "others has no budgets; these have: lists, loops")
    })
  )

  it.effect("fails for budgets of a bench that there is not", () =>
    Effect.gen(function* () {
      const { why } = yield* Effect.flip(toCheck([lists], budgets, Option.none()))
      assert.strictEqual(why, "there are budgets of benches that there are not: loops")
    })
  )

  it.effect("gives the report with its budgets, and nothing beyond where all are met", () =>
    Effect.gen(function* () {
      const { beyond, report } = yield* check(lists, budgets, options)
      assert.deepEqual(beyond, [])
      assert.deepEqual(
        report?.tables.map(({ rows }) => rows.length),
        [1]
      )
    })
  )

  it.effect("names bench and figure of what is beyond, and why a bench could not be run", () =>
    Effect.gen(function* () {
      const slower = giving("lists", { "today / ours": 1 })
      assert.deepEqual((yield* check(slower, budgets, options)).beyond, ["lists: today / ours"])
      assert.deepEqual(yield* check(loops, budgets, options), { report: null, beyond: ["loops: no server"] })
    })
  )
})
