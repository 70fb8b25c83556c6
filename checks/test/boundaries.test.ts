import { assert, describe, it } from "@effect/vitest"
import { brokenBoundaries } from "../src/release/Boundaries.ts"
import { incompleteManifests } from "../src/release/Manifests.ts"
import { publishedPackages, type WorkspacePackage, workspacePackages } from "../src/release/Packages.ts"

const depending = (folder: string, ...names: ReadonlyArray<string>): WorkspacePackage => ({
  folder,
  path: `/packages/${folder}`,
  manifest: { name: folder, version: "0.0.0", dependencies: Object.fromEntries(names.map((name) => [name, "1"])) }
})

describe("The arrows between the packages", () => {
  it("hold", async () => {
    assert.deepEqual(brokenBoundaries(await workspacePackages()), [])
  })

  it.each([
    ["domain", "effect", []],
    ["domain", "@effect/sql-pg", ["domain must not depend on @effect/sql-pg"]],
    ["domain", "@alga-psa/ext-adapters-pg", ["domain must not depend on adapters-pg"]],
    ["adapters-pg", "@alga-psa/ext-domain", []],
    ["adapters-pg", "@alga-psa/ext-runner", ["adapters-pg must not depend on runner"]],
    ["extension-sdk", "effect", ["extension-sdk must not depend on effect"]],
    ["another", "effect", ["another: say in the arrows which packages it may import"]]
  ])("take of %s on %s what they allow", (folder, name, problems) => {
    assert.deepEqual(brokenBoundaries([depending(folder, name)]), problems)
  })
})

describe("A published package", () => {
  it("says what it is, what is packed, and where its code is once it is built", async () => {
    assert.deepEqual(incompleteManifests(await publishedPackages()), [])
    assert.lengthOf(incompleteManifests([depending("domain", "effect")]), 6)
  })
})
