import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type Page, pages, root } from "../src/documents/Pages.ts"
import { nodeVersions, strayEngines, strayMentions } from "../src/release/NodeVersions.ts"
import { type WorkspacePackage, workspacePackages } from "../src/release/Packages.ts"

const packages = await workspacePackages()

describe("The least versions of Node", () => {
  it("are two: that of the libraries and that of the tools", () => {
    assert.deepEqual(nodeVersions(packages), { libraries: ">=20.19", tools: ">=26" })
  })

  it("are the same in the engines of every package, and of the workspace", async () => {
    assert.deepEqual(strayEngines(packages), [])
    const { engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
    assert.deepEqual(engines, { node: nodeVersions(packages).libraries })
  })

  it("are the only ones that pages ask for", async () => {
    const ci: Page = { path: ".ci/run", text: await readFile(join(root, ".ci/run"), "utf8") }
    assert.deepEqual(strayMentions(packages, [...(await pages()), ci]), [])
  })

  it("are missed where a package or a page says another", () => {
    const one = (folder: string, node?: string): WorkspacePackage => ({
      folder,
      path: "",
      manifest: { name: folder, version: "0.1.0", ...(node === undefined ? {} : { engines: { node } }) }
    })
    const few = [one("domain", ">=20.19"), one("adapters-wit", ">=26"), one("runner", ">=22"), one("extension-sdk")]
    assert.deepEqual(strayEngines(few), [
      'runner: "engines" say >=22 of "node", not >=26',
      'extension-sdk: "engines" say nothing of "node", not >=20.19'
    ])
    const page: Page = { path: "a.md", text: "Node 26 or newer. Node 20.19 or newer. Node 22.15 or newer. Node 26.10." }
    assert.deepEqual(strayMentions(few, [page]), ['a.md: "Node 22.15 or newer" is neither Node 20.19 nor 26'])
  })
})
