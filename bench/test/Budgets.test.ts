import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { checked, readBudgets } from "../src/Budgets.ts"
import { svgOf } from "../src/Chart.ts"
import type { Chart, Report, Table } from "../src/Report.ts"

const report = (figures: Record<string, number>): Report => ({ bench: "lists", environment: {}, tables: [], figures })
const budgets = { lists: { "today / ours": { atLeast: 2, goal: 8 }, "guarded / bare": { atMost: 1.6, goal: 1.3 } } }

describe("Budgets", () => {
  it("hold for ratios within their bounds, and say whether the goal is reached", () => {
    const { beyond, table } = checked(report({ "today / ours": 9, "guarded / bare": 1.5 }), budgets)
    assert.deepEqual(beyond, [])
    assert.deepEqual(
      table.rows.map((row) => [row[3], row[5]]),
      [
        ["yes", "yes"],
        ["yes", "NO"]
      ]
    )
  })

  it("name each ratio that is beyond", () => {
    assert.deepEqual(checked(report({ "today / ours": 1.9, "guarded / bare": 1.7 }), budgets).beyond, [
      "today / ours",
      "guarded / bare"
    ])
  })

  it("count a ratio that is no longer measured as beyond", () => {
    assert.deepEqual(checked(report({ "today / ours": 9 }), budgets).beyond, ["guarded / bare"])
  })

  it("count a figure that is no number, or has no end, as beyond", () => {
    const beyond = (figures: Record<string, number>) => checked(report(figures), budgets).beyond
    assert.deepEqual(beyond({ "today / ours": Number.POSITIVE_INFINITY, "guarded / bare": Number.NaN }), [
      "today / ours",
      "guarded / bare"
    ])
  })

  it("leave figures alone that they do not name", () => {
    const { beyond, table } = checked(report({ "today / ours": 9, "guarded / bare": 1, other: 0 }), budgets)
    assert.deepEqual(beyond, [])
    assert.lengthOf(table.rows, 2)
  })

  it.effect("are refused where one bounds nothing", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const file = yield* files.makeTempFileScoped()
      yield* files.writeFileString(file, JSON.stringify({ lists: { "today / ours": { goal: 8 } } }))
      assert.include((yield* Effect.flip(readBudgets(file))).why, "a budget needs atLeast or atMost")
      yield* files.writeFileString(file, JSON.stringify({ lists: { "today / ours": { goal: 8, atLeast: 2 } } }))
      assert.deepEqual(yield* readBudgets(file), { lists: { "today / ours": { goal: 8, atLeast: 2 } } })
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("are read from their file", () =>
    Effect.gen(function* () {
      const found = yield* readBudgets(fileURLToPath(new URL("../budgets.json", import.meta.url)))
      assert.isAtLeast(Object.keys(found["postgres"] ?? {}).length, 10)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("say which file is not what they are", () =>
    Effect.gen(function* () {
      const file = fileURLToPath(new URL("../package.json", import.meta.url))
      const { why } = yield* Effect.flip(readBudgets(file))
      assert.include(why, "package.json")
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("A chart", () => {
  const chart: Chart = {
    file: "growth",
    x: { column: 0, label: "clients" },
    y: "ms",
    series: [
      { column: 1, label: "ours" },
      { column: 2, label: "today" }
    ]
  }
  const table: Table = {
    title: "Lists & <pages>",
    columns: ["clients", "ours", "today"],
    rows: [
      [500, 0.5, 1],
      [20_000, 1.5, 50]
    ],
    charts: [chart]
  }

  it("is an SVG that names its axes and series, with the title's signs escaped", () => {
    const svg = svgOf(table, chart)
    for (const text of ["clients", "ms", "ours", "today", "Lists &amp; &lt;pages&gt;"]) assert.include(svg, text)
    assert.match(svg, /^<svg /)
  })

  it("has no legend for a series alone, and a title of its own where it has one", () => {
    const svg = svgOf(table, { ...chart, title: "Pages alone", series: chart.series.slice(0, 1), even: "both" })
    assert.include(svg, "Pages alone")
    for (const text of ["ours", "Lists"]) assert.notInclude(svg, text)
  })
})
