import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { svgOf } from "../src/Chart.ts"
import { sandboxGrowth } from "../src/growth/SandboxGrowth.ts"

/** Of this checkout alone: another one builds its component against another world. */
const keep = fileURLToPath(new URL("../node_modules/.cache/bench-tests", import.meta.url))
const options = { scale: 0.01, keep, budget: 1, tell: () => Effect.void }

describe("The bench of the sandbox's growth", () => {
  it.live("reports every step with a figure in every cell, each chart over columns that have them", () =>
    Effect.gen(function* () {
      const { figures = {}, tables } = yield* Effect.scoped(sandboxGrowth.run(options))
      assert.deepEqual(
        tables.map(({ rows }) => rows.length).filter((_, at) => at !== 1),
        [4, 3, 3, 5, 5, 4]
      )
      const ofKept = tables.find(({ columns }) => columns.includes("on a new process, %"))
      assert.isAbove(Number(ofKept?.rows[0]?.[3]), 0, "installs that share one kept process")
      for (const { rows } of tables) {
        for (const cell of rows.flat()) assert.isFalse(typeof cell === "number" && !Number.isFinite(cell))
      }
      for (const table of tables) {
        for (const chart of table.charts ?? []) {
          for (const { column } of chart.series) assert.isTrue(table.rows.every((row) => Number(row[column]) > 0))
          assert.notInclude(svgOf(table, chart), "NaN")
        }
      }
      for (const [name, value] of Object.entries(figures)) assert.isTrue(Number.isFinite(value), name)
    })
  )
})
