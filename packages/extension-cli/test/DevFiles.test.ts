import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { showEgressEntry } from "@alga-psa/ext-adapters-http"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { readDevFiles } from "../src/dev/DevFiles.ts"
import { noteOf } from "../src/dev/internal/outcomes.ts"
import { stepsOf } from "./support/Guide.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-dev-files-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const read = async (settings: string) => {
  await writeFile(join(folder, "alga.dev.json"), settings)
  const { origins, problems } = await readDevFiles(folder)
  return { origins: origins.map(showEgressEntry), problems: problems.map(({ message }) => message) }
}

describe("alga.dev.json", () => {
  it("may be what the page on the development host shows", async () => {
    const page = await readFile(new URL("../../../docs/development-host.md", import.meta.url), "utf8")
    const shown = stepsOf(page).filter(({ kind }) => kind === "json")
    assert.lengthOf(shown, 1)
    for (const { text } of shown) {
      const origins = ["https://api.example.com:443", "http://127.0.0.1:4010"]
      assert.deepEqual(await read(text), { origins, problems: [] })
    }
  })

  it.each([
    ["a path", '{"fetch": ["https://a.example/path"]}', /^fetch\[0\] must be an address/],
    ["two addresses in one text", '{"fetch": ["a.example", "b.example,c.example"]}', /^fetch\[1\] must be an address/],
    ["no text", '{"fetch": [4010]}', /^fetch\[0\] must be an address/],
    ["nothing between the quotes", '{"fetch": [""]}', /^fetch\[0\] must be an address/],
    ["more than 100 addresses", JSON.stringify({ fetch: Array(101).fill("a.example") }), /at most 100/],
    ["another setting", '{"fetch": ["a.example"], "everything": true}', /^must be an object/],
    ["no JSON", "fetch: a.example", /^is not JSON/]
  ])("lets nothing out with %s, and says what is wrong", async (_what, settings, problem) => {
    const { origins, problems } = await read(settings)
    assert.deepEqual(origins, [])
    assert.lengthOf(problems, 1)
    assert.match(problems[0] ?? "", problem)
  })
})

describe("what a capability has behind it", () => {
  const capabilities = ["cap:secrets.get", "cap:http.fetch", "cap:ui.proxy", "cap:storage.kv"]
  const notes = async () => {
    const found = await readDevFiles(folder)
    return capabilities.map((name) => noteOf(name, found))
  }

  it("is nothing yet without the files of the host", async () => {
    assert.deepEqual(await notes(), [
      "no .env.local yet: every secret is missing",
      "alga.dev.json allows no address yet",
      "no dev/routes yet: every route is missing",
      null
    ])
  })

  it("is there with them", async () => {
    await writeFile(join(folder, ".env.local"), "")
    await writeFile(join(folder, "alga.dev.json"), '{"fetch": ["a.example"]}')
    await mkdir(join(folder, "dev/routes"), { recursive: true })
    assert.deepEqual(await notes(), [null, null, null, null])
  })
})
