import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { buildExtension, checkSources, readExtension } from "@alga-psa/ext-extension-build"
import { importsOf, prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type NewExtension, newExtension } from "../src/NewExtension.ts"

const cache = fileURLToPath(new URL("../.cache", import.meta.url))
const witDir = fileURLToPath(new URL("../../adapters-wit/wit", import.meta.url))
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")

const variants = ([["clients"], ["services"], ["clients", "services"]] as const).map((reads) => ({
  name: `x-${reads.join("-")}`,
  reads
}))
const leftOfTemplate = /@if|@end|__[A-Z]+__/

let parent = ""
const withPage: Record<string, NewExtension> = {}
const withoutPage: Record<string, NewExtension> = {}

beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  parent = await mkdtemp(join(cache, "templates-"))
  // The tools that an extension has installed, which its test in the sandbox asks for.
  const scope = join(parent, "node_modules/@alga-psa")
  await mkdir(scope, { recursive: true })
  await symlink(fileURLToPath(new URL("../../extension-cli", import.meta.url)), join(scope, "ext-extension-cli"))
  for (const options of variants) {
    withPage[options.name] = await newExtension({ ...options, page: true, parent: join(parent, "with") })
    withoutPage[options.name] = await newExtension({ ...options, page: false, parent: join(parent, "without") })
  }
})
afterAll(() => rm(parent, { recursive: true, force: true }))

const run = (cwd: string, ...args: ReadonlyArray<string>) => promisify(execFile)(process.execPath, args, { cwd })
const textsOf = ({ files, folder }: NewExtension) =>
  Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), "utf8")] as const))

describe("A new extension", () => {
  it.each(variants.slice(0, 2))("that reads $reads alone has no fault, and imports what it reads", async (options) => {
    const made = withPage[options.name] as NewExtension
    const { findings, folder, manifest } = await Effect.runPromise(readExtension(made.folder))
    const entry = join(folder, "src/component.ts")
    const sources = { folder, entry, capabilities: manifest.capabilities, named: [], types: true }
    const checked = await checkSources(sources, await prepareComponent({ entry, witDir }))
    expect([...findings, ...checked.findings]).toEqual([])
    expect(checked.interfaces).toEqual(options.reads)
  })

  it.each(variants)("that reads $reads and has no page is the same beside the page", async ({ name }) => {
    const [withIt, without] = await Promise.all(
      [withPage, withoutPage].map((all) => textsOf(all[name] as NewExtension))
    )
    for (const [, text] of [...(withIt ?? []), ...(without ?? [])]) expect(text).not.toMatch(leftOfTemplate)
    const filesBeside = new Map(withIt?.filter(([file]) => !file.startsWith("ui/")))
    expect(without?.map(([file]) => file)).toEqual([...filesBeside.keys()])
    for (const [file, text] of without ?? []) {
      // What its own checks read.
      if (/^(?:src|test)\/|^tsconfig/.test(file)) expect(text).toBe(filesBeside.get(file))
      if (file !== "manifest.json") continue
      const { ui, ...beside } = JSON.parse(filesBeside.get(file) ?? "")
      expect(ui).toBeDefined()
      expect(JSON.parse(text)).toEqual(beside)
    }
  })

  it("has tests without a type error", async () => {
    const config = { extends: "./x-clients/test/tsconfig.json", include: variants.map(({ name }) => `${name}/test`) }
    await writeFile(join(parent, "with/tsconfig.json"), JSON.stringify(config))
    // The SDK's sources, which stand for its declarations here, use what is newer than the template's library.
    await run(join(parent, "with"), tsc, "-p", ".", "--lib", "esnext")
  })

  it("that reads both passes its own tests, and builds with a page and without one", async () => {
    const name = "x-clients-services"
    await run((withPage[name] as NewExtension).folder, "--test", "test/handler.test.ts")
    const page = ["ui/index.html", "ui/main.css", "ui/main.js"]
    for (const { made, files } of [
      { made: withPage, files: page },
      { made: withoutPage, files: [] }
    ]) {
      const { folder } = made[name] as NewExtension
      const { componentFile, interfaces, notes, pageFiles } = await Effect.runPromise(buildExtension({ folder }))
      expect([notes, interfaces]).toEqual([[], ["clients", "logging", "services"]])
      const imports = await importsOf(await readFile(componentFile))
      expect(imports.toSorted()).toEqual([...interfaces, "types"].map((one) => `alga:extension/${one}`).toSorted())
      expect(pageFiles.toSorted()).toEqual(files)
    }
  })
})
