import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { run } from "../src/release/Commands.ts"
import { root } from "../src/release/Packages.ts"

/** A module of a package, what it does, and the rule of the linter that refuses it; null where none does. */
const modules: ReadonlyArray<readonly [folder: string, text: string, rule: string | null]> = [
  ["packages/domain/src", 'import "node:fs"', "noNodejsModules"],
  ["packages/domain/src", 'import "fs"', "noNodejsModules"],
  ["packages/domain/src/internal", 'import "node:fs"', "noNodejsModules"],
  ["packages/domain/src", 'import "effect"', null],
  ["packages/domain/src", 'export const a = Buffer.from("")', "noRestrictedGlobals"],
  ["packages/domain/src", "export const a = process.env", "noRestrictedGlobals"],
  ["packages/domain/src", "export const a = new Uint8Array()", null],
  ["packages/domain/test", 'import "node:fs"', null],
  ["packages/domain/src", 'import "vitest"', "noUndeclaredDependencies"],
  ["packages/domain/test", 'import "vitest"', null],
  ["packages/domain/test", 'import "pg"', "noUndeclaredDependencies"],
  ["packages/adapters-memory/src", 'import "node:fs"', "noNodejsModules"],
  ["packages/adapters-memory/src/contract", 'import "node:fs"', "noNodejsModules"],
  ["packages/adapters-memory/src", 'export const a = Buffer.from("")', "noRestrictedGlobals"],
  ["packages/adapters-memory/src/contract", "export const a = process.env", null],
  ["packages/adapters-memory/src/contract", 'import "vitest"', null],
  ["packages/runner/src", 'import "node:fs"', null],
  ["packages/runner/src", 'import "@alga-psa/ext-adapters-memory"', "noUndeclaredDependencies"],
  ["packages/runner/src", 'export const a = () => import("yaml")', "noUndeclaredDependencies"],
  ["packages/runner/test", 'import "yaml"', null],
  ["packages/runner/src", 'import "@alga-psa/ext-adapters-pg/PgEmbedded"', "noRestrictedImports"],
  [
    "packages/runner/src",
    'export const a = () => import("@alga-psa/ext-adapters-pg/PgEmbedded")',
    "noRestrictedImports"
  ],
  ["packages/runner-cluster/src", 'import "@alga-psa/ext-adapters-pg/PgEmbedded"', "noRestrictedImports"],
  ["packages/development-host/src", 'import "@alga-psa/ext-adapters-pg/PgEmbedded"', null],
  ["packages/runner/src", 'import "@alga-psa/ext-adapters-pg/PgTenants"', null],
  ["packages/runner/src", 'import "@redis/client"', "noRestrictedImports"],
  ["packages/runner/src", 'export const a = () => import("@redis/client")', "noRestrictedImports"],
  ["packages/runner/test", 'import "@redis/client"', null],
  ["packages/runner/src", 'import "@effect/platform-node"', "noRestrictedImports"],
  ["packages/development-host/src", 'import "@effect/platform-node"', "noRestrictedImports"],
  ["packages/runner/src", 'import "@effect/platform-node/NodeRuntime"', null]
]

interface Diagnostic {
  readonly category: string
  readonly location: { readonly path: string }
}

const fileOf = (folder: string, at: number): string => `${folder}/m${at}.ts`

/** What the linter says of these modules by this repository's rules, as names of rules by path. */
const refused = async (): Promise<ReadonlyMap<string, string>> => {
  const folder = await mkdtemp(join(tmpdir(), "alga-lint-"))
  try {
    const manifests = new Set(modules.map(([place]) => `${place.split("/").slice(0, 2).join("/")}/package.json`))
    for (const file of ["biome.json", "package.json", ...manifests]) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await copyFile(join(root, file), join(folder, file))
    }
    for (const [at, [place, text]] of modules.entries()) {
      await mkdir(join(folder, place), { recursive: true })
      await writeFile(join(folder, fileOf(place, at)), `${text}\n`)
    }
    const biome = join(root, "node_modules/.bin/biome")
    const options = ["--vcs-enabled=false", "--error-on-warnings", "--max-diagnostics=none", "--reporter=json"]
    const { stderr, stdout } = await run(biome, ["lint", ...options, "packages"], folder)
    assert.isNotEmpty(stdout, stderr)
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: ReadonlyArray<Diagnostic> }
    return new Map(diagnostics.map(({ category, location }) => [location.path, category.split("/").at(-1) ?? ""]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe("The linter", () => {
  let found: ReadonlyMap<string, string> = new Map()
  beforeAll(async () => {
    found = await refused()
  })

  it.each(modules.map(([folder, text, rule], at) => [folder, text, rule, at] as const))(
    "in %s takes `%s` by its rule: %s",
    (folder, _, rule, at) => {
      assert.strictEqual(found.get(fileOf(folder, at)) ?? null, rule)
    }
  )

  it("names no module that is not listed here", () => {
    const listed = modules.map(([folder], at) => fileOf(folder, at))
    assert.includeMembers(listed, [...found.keys()])
  })
})
