import { glob, readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readBudgets } from "../src/Budgets.ts"
import { type Kept, readKept } from "../src/figures/Kept.ts"
import { filled, partsOf } from "../src/figures/Pages.ts"
import { groups, numberAt } from "../src/figures/Rows.ts"

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const page = (name: string) => readFile(path(name), "utf8")
const reports = readKept(path("bench/reports"))

const keptOf = (report: Kept["report"]): ReadonlyMap<string, Kept> =>
  new Map([[report.bench, { taken: "2026-01-02", command: "bench lists", report }]])

const lists = keptOf({
  bench: "lists",
  environment: { machine: "one" },
  tables: [
    { title: "Lists (ms)", columns: ["by", "median"], rows: [["ours", 1.5]] },
    { title: "Gets (ms)", columns: ["by", "median"], rows: [["ours", 0.5]] }
  ],
  figures: { "today / ours": 9.25, "a loop, ms": 12, unbounded: 1 }
})
const budgets = {
  lists: { "today / ours": { atLeast: 2, goal: 10 }, "a loop, ms": { atMost: 20, goal: 12 }, unbounded: { atMost: 2 } }
}
const between = (part: string, text = "old\n") => `before\n<!-- ${part} -->\n${text}<!-- end -->\nafter\n`

describe("The tables of the pages", () => {
  it.effect("are what the kept reports say: where they are not, `bench --pages` writes them", () =>
    Effect.gen(function* () {
      const [kept, bounds] = [yield* reports, yield* readBudgets(path("bench/budgets.json"))]
      const found = yield* Effect.promise(() => Array.fromAsync(glob("docs/*.md", { cwd: path("") })))
      const parts: Array<string> = []
      for (const name of found) {
        const text = yield* Effect.promise(() => page(name))
        assert.strictEqual(filled(text, kept, bounds), text, name)
        parts.push(...partsOf(text).map(([kind, of]) => `${kind} ${of}`))
      }
      assert.includeMembers(
        parts,
        Object.keys(groups).map((group) => `figures ${group}`)
      )
      for (const bench of kept.keys())
        assert.isTrue(
          parts.some((part) => part === `tables ${bench}`),
          bench
        )
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("have what the README and the guide say of four reads", () =>
    Effect.gen(function* () {
      const kept = yield* reports
      const [row] = (groups["requests"] ?? []).filter(({ what }) => what.includes("20,000 clients (ms)"))
      const numbers = [row?.here, row?.beside?.place].map((place) => place && Math.round(numberAt(kept, place) ?? 0))
      const readme = yield* Effect.promise(() => page("README.md"))
      assert.include(readme, `[Four reads take ${numbers[0]} ms instead of ${numbers[1]}]`)
      const guide = yield* Effect.promise(() => page("docs/guides/move-from-http-calls.md"))
      assert.include(guide, `| ${numbers[1]} ms, without any sandbox | ${numbers[0]} ms, sandbox included |`)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.each([
    [
      "tables lists",
      "```text\n2026-01-02: bench lists\nlists\nmachine: one\n\nLists (ms)\nby    median\n----  ------\nours    1.50\n\nGets (ms)\nby    median\n----  ------\nours    0.50\n```\n"
    ],
    ["tables lists: Gets", "```text\nGets (ms)\nby    median\n----  ------\nours    0.50\n```\n"],
    [
      "goals lists",
      "| figure | measured | goal | met |\n| --- | --- | --- | --- |\n| today / ours | 9.25 | at least 10 | no |\n| a loop, ms | 12 | at most 12 | yes |\n"
    ],
    ["tables others", "old\n"],
    ["figures reads", "old\n"]
  ])("are made of the report for %s, and left where none is kept", (part, made) => {
    assert.strictEqual(filled(between(part), lists, budgets), between(part, made))
  })

  it("are refused where the report has no such table", () => {
    assert.throws(() => filled(between("tables lists: Other"), lists, budgets), /no table "Other"/)
    const place = { bench: "lists", table: "Lists", where: { by: "theirs" }, column: "median" }
    assert.throws(() => numberAt(lists, place), /has no median in "Lists", \{"by":"theirs"\}/)
    assert.strictEqual(numberAt(lists, { ...place, where: { by: "ours" } }), 1.5)
    assert.isNull(numberAt(lists, { ...place, bench: "others" }))
  })
})
