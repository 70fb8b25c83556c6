import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { bundledPackages } from "../../packages/adapters-wit/scripts/bundledPackages.ts"
import { bundledInRelease } from "../src/release/Bundled.ts"
import { foreignLicences, licences } from "../src/release/Licences.ts"

/** Files of installed packages, each with its `package.json`, in an empty folder that then goes. */
const ofFiles = async (manifests: Readonly<Record<string, object>>, files: ReadonlyArray<string>) => {
  const folder = await mkdtemp(join(tmpdir(), "alga-bundled-"))
  try {
    for (const [place, manifest] of Object.entries(manifests)) {
      await mkdir(join(folder, place), { recursive: true })
      await writeFile(join(folder, place, "package.json"), JSON.stringify(manifest))
    }
    return await bundledPackages(files.map((file) => join(folder, file)))
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe("The packages of a bundle", () => {
  it("are those of its files, each once, with its licence", async () => {
    assert.deepEqual(
      await ofFiles(
        {
          "node_modules/b": { name: "b", version: "2.0.0" },
          "node_modules/b/dist": { type: "module" },
          "node_modules/b/node_modules/@a/a": { name: "@a/a", version: "1.0.0", license: "MIT" },
          "node_modules/unused": { name: "unused", version: "1.0.0", license: "MIT" }
        },
        ["node_modules/b/dist/x.js", "node_modules/b/y.js", "node_modules/b/node_modules/@a/a/z.js"]
      ),
      [
        { name: "@a/a", version: "1.0.0", license: "MIT" },
        { name: "b", version: "2.0.0", license: "Unknown" }
      ]
    )
  })

  it("are parts of jco in a release", async () => {
    const bundled = await bundledInRelease()
    assert.deepEqual(
      bundled.map(({ name }) => name),
      ["@bytecodealliance/jco", "@bytecodealliance/jco-transpile", "@bytecodealliance/preview2-shim"]
    )
  })

  it("are named where one has a licence that is not allowed, beside those that are installed", async () => {
    const manifest = { name: "copyleft", version: "1.0.0", license: "GPL-3.0" }
    const bundled = await ofFiles({ "node_modules/copyleft": manifest }, ["node_modules/copyleft/index.js"])
    const { counts, problems } = await licences(bundled)
    assert.deepEqual(problems, ['copyleft is under "GPL-3.0", which nobody has allowed'])
    assert.deepInclude(counts, ["GPL-3.0", 1])
    assert.isAbove(new Map(counts).get("MIT") ?? 0, 10)
  })
})

describe("A licence", () => {
  const excepted = { name: "@alga-psa/extension-runtime", license: "Unknown" }

  it("is allowed, or its package is an exception, which is needed", () => {
    assert.deepEqual(foreignLicences([excepted, { name: "a", license: "MIT" }]), [])
    assert.deepEqual(foreignLicences([excepted, { name: "a", license: "Unknown" }]), [
      'a is under "Unknown", which nobody has allowed'
    ])
    assert.deepEqual(foreignLicences([{ ...excepted, license: "MIT" }]), [
      "@alga-psa/extension-runtime needs no exception any more"
    ])
  })
})
