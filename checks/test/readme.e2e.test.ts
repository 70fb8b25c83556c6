import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { pages, root } from "../src/documents/Pages.ts"
import { blocksFor } from "../src/documents/Proofs.ts"
import { run } from "../src/release/Commands.ts"
import { shownFiles } from "../src/release/QuickStarts.ts"

const cache = join(root, "checks/.cache")
const clientId = "c0000000-0001-4000-8000-000000000001"
let folder = ""

const tsconfig = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    noUnusedLocals: false,
    noUncheckedIndexedAccess: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")]
  },
  include: ["**/*.ts"]
}

/** What stands around the first lines of the README, and what they have to give. */
const teaser = (lines: string) => `import assert from "node:assert/strict"
import { createMockHostBindings, mockClients } from "@alga-psa/ext-extension-sdk"

const host = createMockHostBindings({ clients: mockClients([{ clientId: "${clientId}", clientName: "Northwind" }]) })

${lines}
assert.equal(page.totalCount, 1)
assert.equal(client?.clientName, "Northwind")
`

const code = blocksFor("checks/test/readme.e2e.test.ts", await pages(), "ts").map(({ text }) => text)
const named = shownFiles(await readFile(join(root, "README.md"), "utf8"))
const alone = code.filter((text) => !named.some((file) => file.text === text))
const teasers = alone.filter((text) => !text.includes("import "))

beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, "readme-"))
  const files = [
    ...named,
    ...alone.map((text, at) => ({ path: `alone-${at}.ts`, text: teasers.includes(text) ? teaser(text) : text }))
  ]
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }')
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const node = async (file: string) => {
  const { code: exit, stderr } = await run(process.execPath, [file], folder)
  assert.deepEqual([exit, stderr], [0, ""])
}

describe("The code of the README", () => {
  it("is found: an extension of four files, its first lines, and the reuse of the ports", () => {
    assert.sameMembers(
      named.map(({ path }) => path),
      ["build.ts", "src/component.ts", "src/handler.ts", "test/handler.test.ts"]
    )
    assert.deepEqual([alone.length, teasers.length], [2, 1])
  })

  it("has the types that it claims", { timeout: 60_000 }, async () => {
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], folder)
    assert.strictEqual(stdout, "")
  })

  it("reads with its first lines what they say", () => node(`alone-${alone.indexOf(teasers[0] ?? "")}.ts`))

  it("tests its handler in plain Node", async () => {
    const shown = await readFile(join(folder, "test/handler.test.ts"), "utf8")
    await writeFile(join(folder, "test/asserted.ts"), `${shown}\nif (status !== 200) throw new Error(String(status))\n`)
    await node("test/asserted.ts")
  })

  it("builds a component", { timeout: 60_000 }, async () => {
    await node("build.ts")
    const component = await readFile(join(folder, "dist/main.wasm"))
    assert.deepEqual([...component.subarray(0, 4)], [0, 0x61, 0x73, 0x6d])
  })
})
