import { ids } from "@alga-psa/ext-adapters-memory/SeedIds"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "../src/PgPorts.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { callersTenant, type SentCall, sentStatements } from "../testing/SentStatements.ts"
import { distributionsIn } from "../testing/ShardProof.ts"
import { tenantViolations } from "../testing/TenantProof.ts"

/** The statements that differ in their text, or in which of their parameters hold the tenant, with a call of each. */
const distinct = (calls: ReadonlyArray<SentCall>) => [
  ...new Map(
    calls.flatMap(({ call, input, statements }) =>
      statements.map((statement) => [
        `${statement.text} ${statement.params.map((param) => param === callersTenant)}`,
        { sentBy: `${call} ${JSON.stringify(input)}`, statement }
      ])
    )
  ).values()
]

const calls = Effect.runPromise(sentStatements(layer))
const callsByTenant = Effect.runPromise(sentStatements(layerByTenant))

describe("The adapter's statements", () => {
  it.effect("are one a call", () =>
    Effect.gen(function* () {
      for (const { call, statements } of yield* Effect.promise(() => calls)) {
        assert.strictEqual(statements.length, 1, call)
      }
    })
  )

  it.effect("bind every table to the caller's tenant, and do nothing that the proof does not know", () =>
    Effect.gen(function* () {
      const refused = distinct(yield* Effect.promise(() => calls))
        .map(({ sentBy, statement }) => ({ sentBy, why: tenantViolations(statement, callersTenant) }))
        .filter(({ why }) => why.length > 0)
      assert.deepEqual(refused, [])
    })
  )

  it.effect("are refused as soon as one of their parameters holds another tenant", () =>
    Effect.gen(function* () {
      for (const { sentBy, statement } of distinct(yield* Effect.promise(() => calls))) {
        statement.params.forEach((param, changed) => {
          if (param !== callersTenant) return
          const params = statement.params.map((value, at) => (at === changed ? ids.tenants.borealis : value))
          assert.isNotEmpty(tenantViolations({ ...statement, params }, callersTenant), `$${changed + 1} of ${sentBy}`)
        })
      }
    })
  )

  it.effect("read distributed tables of one kind each, so that a database distributed by tenant asks one shard", () =>
    Effect.gen(function* () {
      for (const { sentBy, statement } of distinct(yield* Effect.promise(() => calls))) {
        assert.isAtMost(distributionsIn(statement.text).length, 1, sentBy)
      }
      const mixed = `SELECT c.client_id FROM clients AS c
        WHERE EXISTS (SELECT install.id FROM tenant_extension_install AS install WHERE install.tenant_id = $1::text)`
      assert.sameMembers([...distributionsIn(mixed)], ["uuid", "text"])
    })
  )

  it.effect("use every parameter that they are sent with", () =>
    Effect.gen(function* () {
      for (const { sentBy, statement } of distinct(yield* Effect.promise(() => calls))) {
        const used = new Set([...statement.text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
        assert.deepEqual(
          [...used].toSorted((a, b) => a - b),
          [...statement.params.keys()].map((at) => at + 1),
          sentBy
        )
      }
    })
  )

  it.effect("hold no value of the call in their text", () =>
    Effect.gen(function* () {
      const values = (yield* Effect.promise(() => calls)).flatMap(({ input, statements }) =>
        Object.values(input)
          .filter((value) => typeof value === "string" && value.length > 10)
          .filter((value) => statements.some(({ text }) => text.includes(value)))
      )
      assert.deepEqual(values, [])
    })
  )

  it.effect(
    "are the same with row level security, each after the tenant is told, in a transaction that reads",
    () =>
      Effect.gen(function* () {
        const plain = yield* Effect.promise(() => calls)
        const byTenant = yield* Effect.promise(() => callsByTenant)
        assert.strictEqual(byTenant.length, plain.length)
        const refused = distinct(byTenant).flatMap(({ statement }) => tenantViolations(statement, callersTenant))
        assert.deepEqual(refused, [])
        byTenant.forEach(({ statements }, at) => {
          const [begin, told, read, commit, ...more] = statements
          assert.deepEqual([begin?.text, commit?.text, more], ["BEGIN READ ONLY", "COMMIT", []])
          assert.include(told?.text, "set_config")
          assert.deepEqual(read, plain[at]?.statements[0])
        })
      }),
    60_000
  )
})
