import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { arrows, brokenBoundaries, brokenImports, optionalArrows } from "../src/release/Boundaries.ts"
import { circles } from "../src/release/Circles.ts"
import { importsIn, workspaceImports } from "../src/release/Imports.ts"
import { incompleteManifests, wrongInTarball } from "../src/release/Manifests.ts"
import { publishedPackages, root, type WorkspacePackage, workspacePackages } from "../src/release/Packages.ts"
import { wrongRows } from "../src/release/PackageTable.ts"

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

describe("The page's table of packages", () => {
  const page = () => readFile(join(root, "docs/architecture.md"), "utf8")

  it("names in each row all that the package may import, and no more", async () => {
    assert.deepEqual(wrongRows(await page()), [])
  })

  it.each([
    ["| `adapters-pg` | ", "| `adapters-my` | ", ["adapters-my is no package", "adapters-pg has no row"]],
    [" | `domain`, `effect` |", " | `effect` |", ["the row of adapters-memory lacks domain"]],
    ["nothing at all", "`domain`", ["create-alga-extension may not import domain"]],
    [", `@effect/sql-pg`", "", ["the row of adapters-pg lacks @effect/sql-pg"]],
    [
      "`runner-cluster` (optional)",
      "`runner-cluster`",
      ["the row of runner lacks runner-cluster (optional)", "runner may not import runner-cluster"]
    ]
  ])("is refused with %j replaced by %j", async (before, after, problems) => {
    const text = await page()
    assert.include(text, before)
    assert.deepEqual(wrongRows(text.replace(before, after)), problems)
  })
})

const peer = (folder: string, name: string, optional: boolean): WorkspacePackage => ({
  folder,
  path: `/packages/${folder}`,
  manifest: {
    name: folder,
    version: "0.0.0",
    peerDependencies: { [name]: "1" },
    peerDependenciesMeta: { [name]: { optional } }
  }
})

describe("An arrow against the others", () => {
  const pairs = (table: typeof arrows) =>
    Object.entries(table).flatMap(([from, targets]) => targets.map((to) => [from, to] as const))

  it("is one alone: from the runner to its cluster", () => {
    assert.deepEqual(circles(pairs(arrows)), [])
    assert.deepEqual(circles([...pairs(arrows), ...pairs(optionalArrows)]), [["runner", "runner-cluster"]])
  })

  it.each([
    ["runner", "runner-cluster", true, []],
    ["runner", "runner-cluster", false, ["runner must not depend on runner-cluster"]],
    ["runner", "development-host", true, ["runner must not depend on development-host"]],
    ["runner-cluster", "runner", false, []]
  ] as const)("takes of %s on %s as a peer, optional: %s", (folder, other, optional, problems) => {
    assert.deepEqual(brokenBoundaries([peer(folder, `@alga-psa/ext-${other}`, optional)]), problems)
  })
})

describe("What modules import", () => {
  const broken = (modules: Readonly<Record<string, string>>) =>
    brokenImports(Object.entries(modules).flatMap(([from, text]) => importsIn(from, text)))

  it("keeps to the arrows, and has no circle", async () => {
    const imports = await workspaceImports()
    assert.isAbove(imports.length, 1_000)
    assert.deepEqual(brokenImports(imports), [])
  })

  it.each([
    ['import { a } from "@alga-psa/ext-domain"', []],
    ['import {\n  a,\n  type B\n} from "@alga-psa/ext-runner-cluster/Cluster"', ["import"]],
    ['import type { A } from "@alga-psa/ext-runner-cluster/Cluster"', ["import"]],
    ['import {\n  // The host\'s "a".\n  a\n} from "@alga-psa/ext-runner-cluster/Cluster"', ["import"]],
    ['type A = import("@alga-psa/ext-runner-cluster/Cluster").A', ["import"]],
    ['const a = () => import("@alga-psa/ext-runner-cluster/Cluster").then(String)', []],
    ['export * from "@alga-psa/ext-runner-cluster/Cluster"', ["import"]],
    ['import "@alga-psa/ext-runner-cluster/Cluster"', ["import"]],
    ['import { a } from "@alga-psa/ext-adapters-pg/testing/a"', ["import"]],
    ['import { a } from "../testing/a.ts"', ["import"]],
    ['const cluster = () => import("@alga-psa/ext-runner-cluster/Cluster")', []],
    ['const host = () => import("@alga-psa/ext-development-host/Cluster")', ["load"]],
    ['const cluster = await import("@alga-psa/ext-runner-cluster/Cluster")', ["import"]],
    ['const { a } = (\n  await import("@alga-psa/ext-runner-cluster/Cluster")\n).b', ["import"]],
    ['const a = () => 1\nimport("@alga-psa/ext-runner-cluster/Cluster").then(String)', ["import"]],
    ['export function* a() {\n  yield import("@alga-psa/ext-runner-cluster/Cluster")\n}', []],
    ['class A {\n  async load() {\n    await import("@alga-psa/ext-runner-cluster/Cluster")\n  }\n}', []],
    ['if (a) {\n  await import("@alga-psa/ext-runner-cluster/Cluster")\n}', []],
    ['createRequire(import.meta.url)("@alga-psa/ext-runner-cluster/Cluster")', ["import"]],
    ['const a = () => createRequire(path("a"))("@alga-psa/ext-development-host/Demo")', ["import"]],
    ['const require = createRequire(b)\nrequire("@alga-psa/ext-runner-cluster")', ["import"]],
    ['createRequire(import.meta.url)("@alga-psa/ext-domain")', []]
  ])("from the runner: %j", (text, refused) => {
    const problems = broken({ "runner/src/main.ts": text })
    assert.deepEqual(
      problems.map((problem) => / must not (\w+) /.exec(problem)?.[1]),
      refused
    )
  })

  it("is refused where modules import each other, as types too, and not where one loads the other later", () => {
    const a = 'import type { B } from "./B.ts"'
    assert.deepEqual(broken({ "domain/src/A.ts": a, "domain/src/B.ts": 'export { C } from "./internal/C.ts"' }), [])
    assert.deepEqual(
      broken({
        "domain/src/A.ts": a,
        "domain/src/B.ts": 'export { C } from "./internal/C.ts"',
        "domain/src/internal/C.ts": 'import { A } from "../A.ts"'
      }),
      ["domain/src/A.ts imports domain/src/B.ts imports domain/src/internal/C.ts, which imports domain/src/A.ts"]
    )
    assert.deepEqual(broken({ "domain/src/A.ts": a, "domain/src/B.ts": 'const a = () => import("./A.ts")' }), [])
  })
})

describe("A published package", () => {
  it("says what it is, what is packed, and where its code is once it is built", async () => {
    assert.deepEqual(incompleteManifests(await publishedPackages()), [])
    assert.lengthOf(incompleteManifests([depending("domain", "effect")]), 6)
  })

  const always = [
    "package.json",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist/A.js",
    "dist/A.d.ts",
    "dist/internal/b.js",
    "dist/internal/b.d.ts"
  ]

  it.each([
    ["ext-domain", "dist/A.js.map"],
    ["ext-domain", "dist/A.test.js"],
    ["ext-domain", "src/A.ts"],
    ["ext-domain", "test/A.test.ts"],
    ["ext-domain", ".env"],
    ["ext-domain", "tsconfig.build.json"],
    ["ext-adapters-wit", "dist/jco/node_modules/a/index.js"],
    ["ext-adapters-wit", "wit/deps/a.wit.bak"],
    ["ext-extension-cli", "dist/dev/page/test/a.ts"],
    ["ext-extension-sdk", "src/.A.ts.swp"]
  ])("packs no file of a kind that is not its own: %s, %s", (folder, stray) => {
    const { manifest } = depending("domain", "effect")
    const named = { ...manifest, name: `@alga-psa/${folder}` }
    assert.deepEqual(wrongInTarball(named, always), [])
    assert.deepEqual(wrongInTarball(named, [...always, stray]).slice(0, 1), [`${named.name} packs ${stray}`])
  })

  it("packs types with each module, the source that a map leads to, and what every package holds", () => {
    const { manifest } = depending("domain", "effect")
    const sdk = { ...manifest, name: "@alga-psa/ext-extension-sdk" }
    const mapped = [...always, "dist/A.d.ts.map", "src/A.ts"]
    assert.deepEqual(wrongInTarball(sdk, mapped), [])
    const without = (file: string) =>
      wrongInTarball(
        sdk,
        mapped.filter((one) => one !== file)
      )
    for (const file of ["CHANGELOG.md", "LICENSE", "README.md", "dist/A.d.ts", "dist/A.js", "src/A.ts"]) {
      assert.deepEqual(without(file), [`${sdk.name} packs no ${file}`])
    }
  })
})

describe("The pages that are bundled where they are installed", () => {
  it("load nothing of their package beside them, since that is compiled and they are not", async () => {
    const packages = join(root, "packages")
    const strays: Array<string> = []
    for await (const file of glob("*/src/**/page/src/*.ts", { cwd: packages })) {
      const text = await readFile(join(packages, file), "utf8")
      const loaded = Array.from(text.matchAll(/^import (?!type )[^"]*"(\.\.\/[^"]*)"/gm), ([, path]) => path)
      strays.push(...loaded.map((path) => `${file} loads ${path}`))
    }
    assert.deepEqual(strays, [])
  })
})
