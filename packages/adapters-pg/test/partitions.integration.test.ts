import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { installLookupContract } from "@alga-psa/ext-adapters-memory/contract/InstallLookupContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { HostName } from "@alga-psa/ext-domain/HostName"
import { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { readInstallSecrets } from "../src/PgInstallSecrets.ts"
import { layer } from "../src/PgPorts.ts"
import { partitionByTenant, partitionOf, partitions } from "../testing/PartitionedTables.ts"
import { type SentStatement, sentLookups, sentStatements } from "../testing/SentStatements.ts"
import { onPartitionedServer, seededServer } from "./databases.ts"
import { shared } from "./shared.ts"

interface PlanNode {
  readonly "Relation Name"?: string
  readonly "Actual Loops": number
  readonly Plans?: ReadonlyArray<PlanNode>
}

const nodesOf = (node: PlanNode): ReadonlyArray<PlanNode> => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const literal = (value: unknown): string => (value === null ? "NULL" : `'${String(value).replaceAll("'", "''")}'`)

/** The partitions in the plan of a statement: of all its nodes, or of those that were run. */
const partitionsRead = (plans: "force_custom_plan" | "force_generic_plan", { params, text }: SentStatement) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const given = params.length === 0 ? "" : `(${params.map(literal).join(", ")})`
    yield* sql.unsafe(`SET LOCAL plan_cache_mode = ${plans}`).unprepared
    yield* sql.unsafe(`PREPARE proven AS ${text}`).unprepared
    const rows = yield* sql.unsafe<{ readonly "QUERY PLAN": ReadonlyArray<{ readonly Plan: PlanNode }> }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE proven${given}`
    ).unprepared
    yield* sql`DEALLOCATE proven`
    return rows
      .flatMap((row) => row["QUERY PLAN"].flatMap(({ Plan }) => nodesOf(Plan)))
      .filter((node) => plans === "force_custom_plan" || node["Actual Loops"] > 0)
      .flatMap((node) => partitionOf(node["Relation Name"] ?? "") ?? [])
  }).pipe((reading) => Effect.flatMap(PgClient.PgClient, (sql) => sql.withTransaction(reading)))

const server = shared(onPartitionedServer)

resourceContracts("a server with tables in partitions by tenant", server)
capabilityGateContract("a server with tables in partitions by tenant", server)
installLookupContract("a server with tables in partitions by tenant", server)
rbacCheckContract("a server with tables in partitions by tenant", server)

/** Its own user, on tables with the seed: no test changes what another reads. */
const seeded = shared(seededServer(Effect.andThen(createTables, partitionByTenant)))

const sent = Effect.all({ calls: sentStatements(layer, readInstallSecrets), lookups: sentLookups(layer) })
let sending: Promise<Effect.Success<typeof sent>> | undefined
const allSent = Effect.promise(() => {
  sending ??= Effect.runPromise(Effect.provide(sent, seeded))
  return sending
})

describe("On tables in partitions by tenant", () => {
  for (const plans of ["force_custom_plan", "force_generic_plan"] as const) {
    it.live(`each statement reads one of the partitions: ${plans.replaceAll("_", " ")}`, () =>
      Effect.gen(function* () {
        const { calls } = yield* allSent
        const statements = new Map(calls.flatMap(({ statements }) => statements.map((one) => [one.text, one])))
        const read = yield* Effect.forEach(statements.values(), (one) => partitionsRead(plans, one)).pipe(
          Effect.provide(seeded)
        )
        assert.isAbove(read.length, 50)
        for (const found of read) assert.strictEqual(new Set(found).size, 1, JSON.stringify(found))
      })
    )
  }

  it.live("a statement that names no tenant reads all of them", () =>
    Effect.gen(function* () {
      const all = { text: "SELECT count(client_id) FROM clients", params: [] }
      const read = yield* Effect.provide(partitionsRead("force_generic_plan", all), seeded)
      assert.strictEqual(new Set(read).size, partitions)
    })
  )

  it.live("the look-up by a host or an id reads all of them, and finds neither of two installs of one host", () =>
    Effect.gen(function* () {
      const reads = (yield* allSent).lookups.flatMap(({ statements }) => statements)
      for (const one of reads) {
        const read = yield* Effect.provide(partitionsRead("force_custom_plan", one), seeded)
        assert.strictEqual(new Set(read).size, partitions)
      }
      const tenants = [freshTenant(), freshTenant()]
      const host = HostName.make("two.pages.example")
      const installs = tenants.map(({ install }) => install([], { runner_domain: host }))
      const archives = installs.map(({ versionId }) => ({
        id: crypto.randomUUID(),
        version_id: versionId,
        content_hash: "b".repeat(64)
      }))
      yield* Effect.provide(
        load(mergeDatasets(...[...tenants, ...installs].map(({ rows }) => rows), { extension_bundle: archives })),
        seeded
      )
      const found = Effect.flatMap(InstallLookup, (lookup) =>
        Effect.all([lookup.byHost(host), ...installs.map(({ id }) => lookup.byId(id))])
      )
      const [byHost, ...byId] = yield* Effect.provide(found, Layer.provide(layer, seeded))
      assert.isNull(byHost)
      assert.deepEqual(
        byId.map((install) => install?.tenantId),
        tenants.map(({ tenant }) => tenant)
      )
    })
  )
})
