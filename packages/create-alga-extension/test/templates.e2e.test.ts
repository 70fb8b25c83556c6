import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { buildExtension } from "@alga-psa/ext-extension-build"
import { importsOf } from "@alga-psa/ext-extension-sdk/build"
import { loadComponent } from "@alga-psa/ext-extension-sdk/instantiate"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newExtension } from "../src/NewExtension.ts"

const cache = fileURLToPath(new URL("../.cache", import.meta.url))
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")

let parent = ""
beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  parent = await mkdtemp(join(cache, "templates-"))
  // The tools that an extension has installed, which its test in the sandbox asks for.
  const scope = join(parent, "node_modules/@alga-psa")
  await mkdir(scope, { recursive: true })
  await symlink(fileURLToPath(new URL("../../extension-cli", import.meta.url)), join(scope, "ext-extension-cli"))
})
afterAll(() => rm(parent, { recursive: true, force: true }))

const run = (cwd: string, ...args: ReadonlyArray<string>) => promisify(execFile)(process.execPath, args, { cwd })

const build = (folder: string, engine: "quickjs" | "starlingmonkey" = "quickjs") =>
  Effect.runPromise(buildExtension({ folder, engine, buildsDir: join(folder, "builds") }))

const variants = ([["clients"], ["services"], ["clients", "services"]] as const).map((reads) => ({
  name: `x-${reads.join("-")}`,
  reads
}))
const leftOfTemplate = /@if|@end|__[A-Z]+__/

describe("A new extension", () => {
  const builds = async (folder: string, reads: ReadonlyArray<string>, page: ReadonlyArray<string>) => {
    const { componentFile, interfaces, notes, pageFiles } = await build(folder)
    expect(notes).toEqual([])
    expect(interfaces).toEqual([...reads, "logging"].toSorted())
    const imports = await importsOf(await readFile(componentFile))
    expect(imports.toSorted()).toEqual([...interfaces, "types"].map((name) => `alga:extension/${name}`).toSorted())
    expect(pageFiles.toSorted()).toEqual(page)
  }

  it.each(variants)(
    "that reads $reads and has a page passes its own checks, and imports what it uses and the product's world has",
    async (options) => {
      const { files, folder } = await newExtension({ ...options, page: true, parent })
      for (const file of files) expect(await readFile(join(folder, file), "utf8")).not.toMatch(leftOfTemplate)
      // The SDK's sources, which stand for its declarations here, use what is newer than the template's library.
      for (const part of [".", "test"]) await run(folder, tsc, "-p", part, "--lib", "esnext")
      await run(folder, tsc, "-p", "ui/src")
      await run(folder, "--test", "test/handler.test.ts")
      await builds(folder, options.reads, ["ui/index.html", "ui/main.css", "ui/main.js"])
    }
  )

  it.each(variants)(
    "that reads $reads and has no page builds too, and is the same beside the page",
    async (options) => {
      const withPage = await newExtension({ ...options, page: true, parent: join(parent, "with") })
      const { files, folder } = await newExtension({ ...options, page: false, parent: join(parent, "without") })
      expect(files).toEqual(withPage.files.filter((file) => !file.startsWith("ui/")))
      for (const file of files) {
        const text = await readFile(join(folder, file), "utf8")
        expect(text).not.toMatch(leftOfTemplate)
        // What its own checks read.
        if (/^(?:src|test)\/|^tsconfig/.test(file))
          expect(text).toBe(await readFile(join(withPage.folder, file), "utf8"))
      }
      await builds(folder, options.reads, [])
    }
  )

  it.each(["quickjs", "starlingmonkey"] as const)(
    "answers as a component on %s",
    async (engine) => {
      const { folder } = await newExtension({ name: `answers-${engine}`, parent })
      const instantiate = await loadComponent((await build(folder, engine)).componentFile)
      const page = { items: [], totalCount: 0, page: 1, pageSize: 25 }
      const { handler } = instantiate({ logging: { logError: () => {} }, clients: { listClients: () => page } })
      const absent = { requestId: undefined, installId: undefined, versionId: undefined }
      const context = { tenantId: "t", extensionId: "e", ...absent }
      const http = { method: "GET", url: "/api/clients", headers: [], body: undefined }
      const { body, status } = handler({ context, http })
      expect([status, JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))]).toEqual([200, page])
    },
    240_000
  )
})
