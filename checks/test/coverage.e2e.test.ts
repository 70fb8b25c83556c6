import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { coverageFlags } from "../src/coverage/Flags.ts"
import { byPackage } from "../src/coverage/Table.ts"
import { run } from "../src/release/Commands.ts"

const checks = join(import.meta.dirname, "..")
const fixture = join(import.meta.dirname, "fixtures/child-process")
let folder = ""

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-coverage-"))
  const config = ["--config", join(fixture, "vitest.config.ts"), `--coverage.reportsDirectory=${folder}`]
  const ended = await run(join(checks, "node_modules/.bin/vitest"), ["run", ...config, ...coverageFlags], checks)
  assert.strictEqual(ended.code, 0, ended.stderr)
})

afterAll(() => rm(folder, { recursive: true }))

const reports = async (name: string) => JSON.parse(await readFile(join(folder, name), "utf8"))

/** How often each statement of a file ran, by its line. */
const hits = async (file: string): Promise<ReadonlyArray<readonly [line: number, hits: number]>> => {
  const { s, statementMap } = (await reports("coverage-final.json"))[join(fixture, "src", file)]
  return Object.keys(s).map((id) => [statementMap[id].start.line, s[id]])
}

describe("Coverage of a test that starts a program", () => {
  it("counts a file that only the program runs", async () => {
    assert.deepEqual(await hits("main.ts"), [[3, 1]])
  })

  it("adds up what test and program ran of one file, each statement once, and leaves out what nobody ran", async () => {
    assert.deepEqual(await hits("greet.ts"), [
      [1, 2],
      [2, 2],
      [3, 0],
      [5, 2],
      [6, 1],
      [8, 1]
    ])
  })

  it("is summed up by folder", async () => {
    assert.deepEqual(byPackage(await reports("coverage-summary.json"), fixture), [
      { folder: "src", lines: { total: 7, covered: 6 }, branches: { total: 4, covered: 3 } }
    ])
  })
})
