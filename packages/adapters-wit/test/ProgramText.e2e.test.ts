import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const program = `
const { programText } = await import(${JSON.stringify(new URL("../src/internal/host/ProgramText.ts", import.meta.url))})
process.stdout.write(programText(process.argv[1], "/").modules["alga://engine/" + process.argv[1].slice(1)])
`

const source = "export const one: number = 1\n"

/** The text of a program of one file, as a new process tells it that keeps what Node makes of sources there. */
const textOf = (file: string, keptIn?: string) =>
  execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "--eval", program, file], {
    env: keptIn === undefined ? {} : { NODE_COMPILE_CACHE: keptIn },
    encoding: "utf8"
  })

describe("the text of a child's program", () => {
  it("has no types, and is kept where Node keeps what it makes of sources, until the source changes", () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "alga-text-"))
    const [file, keptIn] = [join(folder.path, "one.ts"), join(folder.path, "kept")]
    mkdirSync(keptIn)
    writeFileSync(file, source)
    const stripped = "export const one         = 1\n"
    assert.deepStrictEqual([textOf(file), textOf(file, keptIn)], [stripped, stripped])
    const names = readdirSync(keptIn, { recursive: true, encoding: "utf8" })
    const [kept = ""] = names.filter((name) => name.endsWith(".js"))
    assert.strictEqual(readFileSync(join(keptIn, kept), "utf8"), stripped)
    writeFileSync(join(keptIn, kept), "kept")
    assert.deepStrictEqual([textOf(file), textOf(file, keptIn)], [stripped, "kept"])
    writeFileSync(file, source.replace("1", "2"))
    assert.strictEqual(textOf(file, keptIn), stripped.replace("1", "2"))
  })
})
