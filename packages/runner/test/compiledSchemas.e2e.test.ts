import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"

const program = fileURLToPath(new URL("../testing/decodeValues.ts", import.meta.url))
const compiler = import.meta.resolve("effect/schema/SchemaJITCompiler/enable")

const decoded = async (flags: ReadonlyArray<string>) => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { maxBuffer: 2 ** 28 })
  const [compiled, ...lines] = stdout.trimEnd().split("\n")
  return { compiled: Number(compiled), lines }
}

describe("schemas that are compiled, as the runner has them", () => {
  it("take and refuse what interpreted ones do, with the same results and words", async () => {
    const [interpreted, made] = await Promise.all([decoded([]), decoded(["--import", compiler])])
    assert.strictEqual(interpreted.compiled, 0)
    assert.isAbove(made.compiled, 50)
    const differing = made.lines.filter((line, at) => line !== interpreted.lines[at])
    assert.deepStrictEqual(differing.slice(0, 10), [])
    assert.lengthOf(made.lines, interpreted.lines.length)
    const outcomes = Map.groupBy(made.lines, (line) => (JSON.parse(line) as ReadonlyArray<string>)[1])
    for (const outcome of ["accepted", "refused"]) assert.isAbove(outcomes.get(outcome)?.length ?? 0, 1_000)
  })
})
