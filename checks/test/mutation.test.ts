import { globSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join, relative } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { keep, keptOf } from "../src/mutation/Kept.ts"
import { rowOf, withRows } from "../src/mutation/Page.ts"
import { percent, scoreOf, stale } from "../src/mutation/Report.ts"
import { batches, chosenTargets, targets } from "../src/mutation/Targets.ts"
import { root } from "../src/release/Packages.ts"

const at = (line: number, from: number, to: number) => ({
  start: { line, column: from },
  end: { line, column: to }
})

const source = 'const name = "@alga-psa/ext-domain/A"\nconst other = 1 | 2\n'
const report = {
  files: {
    "src/A.ts": {
      source,
      mutants: [
        { mutatorName: "StringLiteral", replacement: '""', status: "Survived", location: at(1, 14, 38) },
        { mutatorName: "Operator", replacement: "1 & 2", status: "NoCoverage", location: at(2, 15, 20) },
        { mutatorName: "Operator", replacement: "1", status: "Killed", location: at(2, 15, 20) },
        { mutatorName: "Operator", replacement: "2", status: "Timeout", location: at(2, 15, 20) },
        { mutatorName: "Operator", replacement: "(", status: "RuntimeError", location: at(2, 15, 20) }
      ]
    }
  }
}

describe("The report of a mutation run", () => {
  const score = scoreOf(report)

  it("counts what tests noticed among the mutants that load", () => {
    assert.deepEqual([score.killed, score.all, percent(score)], [2, 4, 50])
  })

  it("knows why a survivor may live, or that nobody has said", () => {
    assert.deepEqual(
      score.survivors.map((survivor) => [survivor.line, survivor.source, survivor.explanation === null]),
      [
        [1, '"@alga-psa/ext-domain/A"', false],
        [2, "1 | 2", true]
      ]
    )
  })
})

describe("An explanation", () => {
  it("is stale where no survivor has it, and not where one has", () => {
    const { survivors } = scoreOf(report)
    const used = survivors.flatMap(({ explanation }) => (explanation === null ? [] : [explanation]))
    assert.lengthOf(used, 1)
    assert.notInclude(stale(survivors), used[0])
    assert.includeMembers([...stale([])], used)
  })
})

describe("The table of targets", () => {
  const page = "# Title\n\n| target | all |\n| --- | --: |\n| a | 1 |\n| b | 2 |\n\nText.\n"

  it("takes the rows of a run in the place of those before, and new ones at its end", () => {
    const rows = [
      { name: "c", text: "| c | 3 |" },
      { name: "a", text: "| a | 9 |" }
    ]
    assert.strictEqual(
      withRows(page, rows),
      "# Title\n\n| target | all |\n| --- | --: |\n| a | 9 |\n| b | 2 |\n| c | 3 |\n\nText.\n"
    )
    assert.strictEqual(withRows(page, []), page)
    assert.throws(() => withRows("# Title\n", rows), "no table")
  })

  it("says of each row on which day it held, and at which commit", () => {
    const domain = { name: "domain", folder: "domain" }
    const begin = "| domain | `domain` | 4 | 2 | 2 | 50.0 % | 2026-11-28"
    const text = (commit: string | null) => rowOf(domain, scoreOf(report), { day: "2026-11-28", commit }).text
    assert.strictEqual(text("0f498bb3"), `${begin}, \`0f498bb3\` |`)
    assert.strictEqual(text(null), `${begin} |`)
  })

  it("has a row of each target, with its day and commit", async () => {
    const written = await readFile(join(root, "docs/mutation.md"), "utf8")
    const rows = Array.from(
      written.matchAll(/^\| (\w+) \| `([\w-]+)` \|.* % \| \d{4}-\d\d-\d\d, `[0-9a-f]{8}` \|$/gm),
      ([, name, folder]) => `${name} of ${folder}`
    )
    assert.deepEqual(rows.sort(), targets.map(({ folder, name }) => `${name} of ${folder}`).sort())
  })
})

describe("What is kept of a run", () => {
  it("holds until the file, one of its tests or what supports tests is another", async () => {
    const folder = await mkdtemp(join(tmpdir(), "alga-kept-"))
    const target = {
      name: basename(folder),
      folder: relative(join(root, "packages"), folder),
      mutate: ["src/*.ts"],
      tests: ["test/A.test.ts"]
    }
    const missing = async () => (await keptOf(target)).missing
    try {
      for (const name of ["src", "test/support", "testing"]) await mkdir(join(folder, name), { recursive: true })
      for (const [name, isMissing] of [
        ["src/A.ts", true],
        ["test/A.test.ts", true],
        ["test/support/Requests.ts", true],
        ["testing/Program.ts", true],
        ["test/B.test.ts", false]
      ] as const) {
        await writeFile(join(folder, name), "export {}")
        assert.lengthOf(await missing(), isMissing ? 1 : 0, name)
        await keep(target, await missing(), { files: {} })
        assert.lengthOf(await missing(), 0, name)
      }
    } finally {
      await rm(folder, { recursive: true })
      await rm(join(root, "node_modules/.cache/mutation", target.name), { recursive: true, force: true })
    }
  })
})

describe("What is mutated", () => {
  it("is everything, a target, or one of a target's files, with the tests of that target", () => {
    assert.deepEqual(chosenTargets([]), targets)
    assert.deepEqual(chosenTargets(["domain"]), targets.slice(0, 1))
    assert.deepEqual(
      chosenTargets(["domain/src/Page.ts", "runner/src/Deadline.ts"]).map(({ mutate, name, tests }) => [
        name,
        mutate,
        tests
      ]),
      [
        ["domain", ["src/Page.ts"], ["test/*.test.ts"]],
        ["deadline", ["src/Deadline.ts"], ["test/{Deadline,waits}.test.ts"]]
      ]
    )
  })

  it("is a file of one target, which is there, and noticed by tests that are there and need nothing", () => {
    const places = targets.flatMap(({ folder, mutate, tests }) =>
      [...mutate, ...tests].map((glob) => `packages/${folder}/${glob}`)
    )
    for (const place of places) assert.isNotEmpty(globSync(place, { cwd: root }), place)
    const mutated = targets.flatMap(({ folder, mutate }) =>
      globSync(
        mutate.map((glob) => `packages/${folder}/${glob}`),
        { cwd: root }
      )
    )
    assert.lengthOf(mutated, new Set(mutated).size)
    const tests = targets.flatMap(({ folder, tests }) =>
      globSync(
        tests.map((glob) => `packages/${folder}/${glob}`),
        { cwd: root }
      )
    )
    for (const test of tests) assert.match(test, /\/\w+\.test\.ts$/)
  })

  it("is cut into parts of some files, each within its bytes unless one file alone is larger", () => {
    const sizes = [10_000, 6_000, 1_000, 40_000, 16_384, 0, 1]
    const parts = batches(sizes.map((bytes) => ({ bytes })))
    assert.deepEqual(
      parts.map((part) => part.map(({ bytes }) => bytes)),
      [[10_000, 6_000], [1_000], [40_000], [16_384, 0], [1]]
    )
  })

  it("is never nothing: a name that is unknown is refused, and a file of no target", () => {
    assert.throws(() => chosenTargets(["domian"]), "domian is none of domain, imports, sandbox")
    assert.throws(() => chosenTargets(["domain/test/Page.test.ts"]), "is none of")
  })
})
