import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import { createTables, load } from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { follow } from "../../packages/extension-cli/test/support/Guide.ts"
import { type PackedPackages, packPackages } from "../../packages/extension-cli/test/support/PackedPackages.ts"
import { root } from "../src/documents/Pages.ts"
import { run } from "../src/release/Commands.ts"

const scope = Scope.makeUnsafe()
let url = ""
let folder = ""
let packages: PackedPackages

beforeAll(async () => {
  const database = await Effect.runPromise(Scope.provide(testDatabase, scope))
  url = Redacted.value(database)
  const tables = Effect.andThen(createTables, load(seed({ contentHash: "a".repeat(64) })))
  await Effect.runPromise(Effect.provide(tables, PgClient.layer({ url: database, maxConnections: 1 })))
  folder = await mkdtemp(join(tmpdir(), "alga-plain-"))
  packages = await packPackages(["domain", "adapters-pg"], join(folder, "packages"))
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }')
}, 600_000)
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(folder, { recursive: true, force: true })
})

const tsconfig = {
  compilerOptions: {
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")]
  },
  include: ["*.ts", "*.cts"]
}

/** What a code base of CommonJS writes, which a newer Node loads too. */
const required = `const { openReads } = require("@alga-psa/ext-adapters-pg/promise")
const reads = openReads({ url: process.env.DATABASE_URL })
reads.clients
  .get("${ids.tenants.acme}", "${ids.clients.evergreen}")
  .then((client) => console.log(process.version, client.clientName))
  .then(() => reads.close())
`

const imported = required.replace(/const (.*) = require\((.*)\)/, "import $1 from $2")

describe("A package outside of this workspace", () => {
  it("reads its first page by the guide, and goes on by it", { timeout: 600_000 }, async () => {
    const guide = await readFile(join(root, "docs/guides/reads-from-other-packages.md"), "utf8")
    await follow(guide, folder, packages, { DATABASE_URL: url })
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig))
    await writeFile(
      join(folder, "common.cts"),
      'import { openReads } from "@alga-psa/ext-adapters-pg/promise"\nopenReads\n'
    )
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], folder)
    assert.strictEqual(stdout, "")
  })

  it.each(["20.19.0", "22.12.0"])(
    "reads on Node %s, which ends when they are closed",
    { timeout: 600_000 },
    async (version) => {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, "required.cjs"), required)
      await writeFile(join(folder, "imported.mjs"), imported)
      const both = `npx --yes --package=node@${version} -c 'node required.cjs && node imported.mjs'`
      const ended = await run("sh", ["-c", `DATABASE_URL='${url}' ${both}`], folder)
      assert.deepEqual([ended.code, ended.stdout], [0, `v${version} Evergreen Dental Group\n`.repeat(2)], ended.stderr)
    }
  )
})
