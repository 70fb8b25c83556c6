import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import * as build from "../src/BuildComponent.ts"
import * as page from "../src/BuildPage.ts"
import * as instantiate from "../src/InstantiateComponent.ts"
import * as index from "../src/index.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const isFunction = (value: unknown) => typeof value === "function"
const functionsOf = (module: object) =>
  Object.entries(module).flatMap(([name, value]) => (isFunction(value) ? [name] : []))
const inNode = functionsOf(index)
const needFiles = [...functionsOf(build), ...functionsOf(instantiate), ...functionsOf(page), "serve"]
const fromPublished = ["callProxyJson", "emptyResponse", "jsonResponse"]
const own = [...new Set([...inNode, ...needFiles])].filter((name) => !fromPublished.includes(name)).sort()

const documented = /\/\*\*\n((?: \*.*\n)*?) \*\/\nexport (?:const|class|function|async function\*) (\w+)/g
const example = /@example\n \* ```ts\n((?: \*.*\n)*?) \* ```/

let folder = ""
const examples = new Map<string, string>()
beforeAll(async () => {
  await mkdir(join(root, ".cache"), { recursive: true })
  folder = await mkdtemp(join(root, ".cache/examples-"))
  for (const file of (await readdir(join(root, "src"))).filter((name) => name.endsWith(".ts"))) {
    for (const [, comment = "", name = ""] of (await readFile(join(root, "src", file), "utf8")).matchAll(documented)) {
      const code = example.exec(comment)?.[1]?.replaceAll(/^ \* ?/gm, "")
      if (code !== undefined) examples.set(name, code)
    }
  }
  for (const [name, code] of examples) await writeFile(join(folder, `${name}.ts`), `${code}\nexport {}\n`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

// An example may put a mock in its place, and other files run in this process.
const { fetch } = globalThis
afterEach(() => {
  globalThis.fetch = fetch
})

describe("the example in the comment", () => {
  it("is there for every function and class that authors import", () => {
    expect([...examples.keys()].filter((name) => own.includes(name)).sort()).toEqual(own)
  })

  it("compiles, all of them", async () => {
    const config = join(folder, "tsconfig.json")
    await writeFile(config, JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }))
    const tsc = join(root, "../../node_modules/typescript/bin/tsc")
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", config]).catch((error) => error)
    expect(stdout).toBe("")
  })

  it.each(own.filter((name) => inNode.includes(name)))("of %s runs", async (name) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {})
    await import(pathToFileURL(join(folder, `${name}.ts`)).href)
    const expected = [...(examples.get(name) ?? "").matchAll(/console\.log\(.*\).*\/\/ (.*)$/gm)].map(
      ([, text]) => text
    )
    const { formatWithOptions } = await import("node:util")
    const lines = log.mock.calls.map((values) => formatWithOptions({ colors: false }, ...values))
    log.mockRestore()
    if (expected.length > 0) expect(lines).toEqual(expected)
    else expect(lines.length).toBeGreaterThan(0)
  })
})
