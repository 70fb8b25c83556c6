import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { blocks, root } from "../src/documents/Pages.ts"
import { shownFiles } from "../src/release/QuickStarts.ts"

const run = promisify(execFile)
const readme = { path: "README.md", text: await readFile(join(root, "README.md"), "utf8") }
const cache = join(root, "checks/.cache")
let folder = ""

const tsconfig = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: { noUnusedLocals: false, types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
  include: ["**/*.ts"]
}

/** The blocks that stand for themselves: those with a name are files of one extension. */
const alone = blocks(readme, "ts").filter((code) => code.includes("import ") && !code.startsWith("// "))

beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, "readme-"))
  const files = [...shownFiles(readme.text), ...alone.map((text, at) => ({ path: `alone-${at}.ts`, text }))]
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }')
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe("The code of the README", () => {
  it("is found: an extension of four files, and the reuse of the ports", () => {
    assert.deepEqual(
      shownFiles(readme.text)
        .map(({ path }) => path)
        .toSorted(),
      ["build.ts", "src/component.ts", "src/handler.ts", "test/handler.test.ts"]
    )
    assert.isAtLeast(alone.length, 1)
  })

  it("has the types that it claims", { timeout: 60_000 }, async () => {
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder]).catch((error) => error)
    assert.strictEqual(stdout, "")
  })

  it("tests its handler in plain Node", async () => {
    const shown = await readFile(join(folder, "test/handler.test.ts"), "utf8")
    await writeFile(join(folder, "test/asserted.ts"), `${shown}\nif (status !== 200) throw new Error(String(status))\n`)
    await run(process.execPath, [join(folder, "test/asserted.ts")])
  })

  it("builds a component", { timeout: 60_000 }, async () => {
    await run(process.execPath, ["build.ts"], { cwd: folder })
    const component = await readFile(join(folder, "dist/main.wasm"))
    assert.deepEqual([...component.subarray(0, 4)], [0, 0x61, 0x73, 0x6d])
  })
})
