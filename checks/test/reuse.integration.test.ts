import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { dataset, ids, layer as layerMemory, seed } from "@alga-psa/ext-adapters-memory"
import { layer as layerPg } from "@alga-psa/ext-adapters-pg"
import { createTables, load } from "@alga-psa/ext-adapters-pg/Fixture"
import { layerEmbedded } from "@alga-psa/ext-adapters-pg/PgEmbedded"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { billingReport } from "@alga-psa/ext-example-billing-report"
import { addClient, ClientExists } from "@alga-psa/ext-example-client-intake"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import createKnex from "knex"

const data = dataset(seed({ contentHash: "0".repeat(64) }))

const reports = Effect.all([
  billingReport(ids.tenants.acme),
  billingReport(ids.tenants.borealis),
  billingReport(ids.tenants.cobalt)
])

const overMemory = Effect.provide(reports, layerMemory(data))

const database = Layer.provideMerge(layerPg, layerEmbedded())
const overPostgres = Effect.andThen(createTables, Effect.andThen(load(data), reports)).pipe(Effect.provide(database))

describe("A package that reuses the read ports", () => {
  it.live("reads each tenant's own data, the same from PostgreSQL as from memory", () =>
    Effect.gen(function* () {
      const [acme, borealis, cobalt] = yield* overPostgres
      assert.deepEqual([acme, borealis, cobalt], yield* overMemory)
      assert.isAbove(acme.withoutBillingEmail.length, 2)
      assert.isNumber(acme.meanHourlyRate)
      assert.notDeepEqual(borealis, acme)
    })
  )

  it("knows promises alone, and reads in a transaction of its own what it wrote", async () => {
    const scope = Scope.makeUnsafe()
    const url = await Effect.runPromise(Scope.provide(testDatabase, scope))
    const knex = createKnex({ client: "pg", connection: Redacted.value(url) })
    try {
      const tables = Effect.andThen(createTables, load(data))
      await Effect.runPromise(Effect.provide(tables, PgClient.layer({ url, maxConnections: 1 })))
      const added = await addClient(knex, ids.tenants.acme, "Quayside Bakery")
      assert.deepInclude(added, { clientName: "Quayside Bakery", isInactive: false })
      const again = await addClient(knex, ids.tenants.acme, " quayside BAKERY").catch((error: unknown) => error)
      assert.instanceOf(again, ClientExists)
      assert.deepEqual(again.client, added)
      assert.strictEqual((await addClient(knex, ids.tenants.borealis, "Quayside Bakery")).clientName, added.clientName)
    } finally {
      await knex.destroy()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    }
  })

  it("loads nothing of the runner, the sandbox and the SDK", () => {
    const loaded = execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { registerHooks } from "node:module"
        const loaded = []
        registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
        await import("@alga-psa/ext-example-billing-report")
        await import("@alga-psa/ext-adapters-pg")
        await import("@alga-psa/ext-adapters-pg/promise")
        console.log(JSON.stringify(loaded))`
      ],
      { cwd: fileURLToPath(new URL("..", import.meta.url)) }
    )
    const packages = new Set(
      (JSON.parse(loaded.toString()) as ReadonlyArray<string>).flatMap(
        (url) => /\/packages\/([\w-]+)\//.exec(url)?.[1] ?? []
      )
    )
    assert.deepEqual([...packages].sort(), ["adapters-pg", "domain"])
  })
})
