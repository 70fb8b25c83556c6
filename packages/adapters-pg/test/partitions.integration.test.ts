import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { seed } from "@alga-psa/ext-adapters-memory/Seed"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { layer } from "../src/PgPorts.ts"
import { partitionByTenant, partitionOf, partitions } from "../testing/PartitionedTables.ts"
import { type SentStatement, sentStatements } from "../testing/SentStatements.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { onPartitionedServer } from "./databases.ts"
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
rbacCheckContract("a server with tables in partitions by tenant", server)

const seeded = Effect.map(
  Effect.tap(testDatabase, (url) =>
    Effect.provide(
      createTables.pipe(Effect.andThen(partitionByTenant), Effect.andThen(load(seed({ contentHash: "a".repeat(64) })))),
      layerAdmin(url)
    )
  ),
  layerAdmin
)

describe("On tables in partitions by tenant", () => {
  for (const plans of ["force_custom_plan", "force_generic_plan"] as const) {
    it.live(
      `each statement reads one of the partitions: ${plans.replaceAll("_", " ")}`,
      () =>
        Effect.gen(function* () {
          const admin = yield* seeded
          const calls = yield* sentStatements(layer)
          const statements = new Map(calls.flatMap(({ statements }) => statements.map((one) => [one.text, one])))
          const read = yield* Effect.forEach(statements.values(), (one) => partitionsRead(plans, one)).pipe(
            Effect.provide(admin)
          )
          assert.isAbove(read.length, 50)
          for (const found of read) assert.strictEqual(new Set(found).size, 1, JSON.stringify(found))
        }),
      60_000
    )
  }

  it.live("a statement that names no tenant reads all of them", () =>
    Effect.gen(function* () {
      const admin = yield* seeded
      const all = { text: "SELECT count(client_id) FROM clients", params: [] }
      const read = yield* Effect.provide(partitionsRead("force_generic_plan", all), admin)
      assert.strictEqual(new Set(read).size, partitions)
    })
  )
})
