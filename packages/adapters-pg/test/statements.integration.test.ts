import { ids } from "@alga-psa/ext-adapters-memory/SeedIds"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, ManagedRuntime } from "effect"
import { createTables } from "../src/Fixture.ts"
import { readInstallSecrets, readInstallSecretsByTenant } from "../src/PgInstallSecrets.ts"
import { layer } from "../src/PgPorts.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { callersTenant, type SentCall, sentLookups, sentStatements } from "../testing/SentStatements.ts"
import { distributionsIn } from "../testing/ShardProof.ts"
import { tenantViolations } from "../testing/TenantProof.ts"
import { seededServer } from "./databases.ts"

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

const database = ManagedRuntime.make(seededServer(createTables))
afterAll(() => database.dispose())

const calls = database.runPromise(sentStatements(layer, readInstallSecrets))
const callsByTenant = calls.then(() => database.runPromise(sentStatements(layerByTenant, readInstallSecretsByTenant)))
const lookups = callsByTenant.then(() => database.runPromise(sentLookups(layer)))
const lookupsByTenant = callsByTenant.then(() => database.runPromise(sentLookups(layerByTenant)))

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

  it.effect("are the same with row level security, each after the tenant is told, in a transaction that reads", () =>
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
    })
  )
})

/** What the proof says of each look-up: the tables that it reads of any tenant, and nothing else. */
const exceptions = ["reads tenant_extension_install AS install of any tenant", "reads tenants AS owner of any tenant"]

describe("The look-ups that come before a tenant is known, the exceptions to the proof,", () => {
  it.effect(
    "are three, each one statement, that reads installs and their tenants across tenants and nothing else",
    () =>
      Effect.gen(function* () {
        const found = yield* Effect.promise(() => lookups)
        assert.deepEqual(
          found.map(({ call }) => call),
          ["InstallLookup.byHost", "InstallLookup.byId", "InstallLookup.byBundle"]
        )
        for (const { call, statements } of found) {
          assert.strictEqual(statements.length, 1, call)
          for (const one of statements) {
            assert.deepEqual([...tenantViolations(one, callersTenant)].sort(), exceptions, call)
          }
        }
      })
  )

  it.effect("are bound to what is asked for, and to installs that are open", () =>
    Effect.gen(function* () {
      const found = yield* Effect.promise(() => lookups)
      const bounds = ["install.runner_domain = $1", "install.id = $1::uuid", "install.registry_id = $2::uuid"]
      found.forEach(({ call, input, statements }, at) => {
        const [, where = ""] = (statements[0]?.text ?? "").split(/\n {4}WHERE /)
        const [asked, ...open] = where.split(" AND ")
        assert.strictEqual(asked, bounds[at], call)
        assert.includeMembers(open.join(" AND ").split(/ AND |\s+(?=LIMIT|ORDER)/), [
          "install.is_enabled",
          "install.status = 'enabled'",
          "owner.suspended_at IS NULL"
        ])
        assert.notMatch(where, /\bOR\b|\bNOT\b/)
        assert.sameMembers([...(statements[0]?.params ?? [])], Object.values(input))
      })
    })
  )

  it.effect("are the same with row level security, each after what is asked for is told", () =>
    Effect.gen(function* () {
      const plain = yield* Effect.promise(() => lookups)
      const found = yield* Effect.promise(() => lookupsByTenant)
      found.forEach(({ input, statements }, at) => {
        const [begin, told, read, commit, ...more] = statements
        assert.deepEqual([begin?.text, commit?.text, more], ["BEGIN READ ONLY", "COMMIT", []])
        assert.strictEqual(told?.text, "SELECT set_config('alga.lookup', $1, true)")
        for (const value of Object.values(input)) assert.include(told?.params[0] as string, value)
        assert.deepEqual(read, plain[at]?.statements[0])
      })
    })
  )
})
