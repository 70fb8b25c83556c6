import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Redacted } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { secretTable } from "../src/PgInstallSecrets.ts"
import { layerServer } from "../src/PgServer.ts"
import { readTables } from "../src/ReadColumns.ts"
import type { RoleName } from "../src/RoleName.ts"
import * as TenantPolicies from "../src/TenantPolicies.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { as, dropped, freshRole, reader, refusal } from "./reader.ts"

const one = freshTenant()
const two = freshTenant()

/** A tenant's row in every table that has tenants. */
const everywhere = (own: ReturnType<typeof freshTenant>, name: string) => {
  const { tenant } = own
  const client = own.client(name)
  const user = own.user()
  const tag_id = crypto.randomUUID()
  const service = own.service(name)
  return mergeDatasets(own.rows, own.grantBoth(user.user_id), own.install([]).rows, {
    clients: [client],
    users: [user],
    contacts: [
      { tenant, contact_name_id: crypto.randomUUID(), client_id: client.client_id, full_name: name, email: null }
    ],
    service_catalog: [service],
    service_prices: [
      { tenant, price_id: crypto.randomUUID(), service_id: service.service_id, currency_code: "EUR", rate: 100 }
    ],
    tag_definitions: [{ tenant, tag_id, tag_text: name, tagged_type: "client" }],
    tag_mappings: [
      { tenant, mapping_id: crypto.randomUUID(), tag_id, tagged_id: client.client_id, tagged_type: "client" }
    ]
  })
}

/** Sealed secrets of every install. */
const sealed = `INSERT INTO tenant_extension_install_secrets (install_id, tenant_id, ciphertext)
  SELECT id, tenant_id, 'sealed' FROM tenant_extension_install`

const run = (url: Redacted.Redacted, ...statements: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.forEach(statements, (statement) => sql.unsafe(statement).unprepared, { discard: true })
  ).pipe(Effect.provide(layerAdmin(url)))

const administering = (url: Redacted.Redacted) => Effect.provide(layerAdmin(url))

/** A database with rows of two tenants, its reading login, and the product's own role, which owns nothing. */
const product = Effect.gen(function* () {
  const url = yield* testDatabase
  yield* administering(url)(createTables)
  yield* administering(url)(load(everywhere(one, "One")))
  yield* administering(url)(load(everywhere(two, "Two")))
  yield* run(url, sealed)
  const login = yield* reader(url, { secrets: true })
  const app = freshRole()
  yield* dropped(url, app)
  yield* run(url, `CREATE ROLE ${app} LOGIN PASSWORD 'app'`, `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${app}`)
  return { url, login, app, appUrl: as(url, app, "app") }
})

const tenantTables = [...readTables, secretTable].flatMap(({ table, tenant }) =>
  tenant === null ? [] : [{ table, ...tenant }]
)

/** The tenants whose rows a user sees, by table, with statements that name no tenant. */
const seen = (url: Redacted.Redacted, tenant: string | null = null, lookup = "") =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const rows = Effect.forEach(tenantTables, ({ table, column }) =>
      Effect.map(
        sql.unsafe<{ readonly tenant: string }>(`SELECT DISTINCT ${column}::text AS tenant FROM ${table} ORDER BY 1`),
        (found) => [table, found.map((row) => row.tenant)] as const
      )
    )
    const told = sql`SELECT set_config('alga.tenant', ${tenant ?? ""}, true), set_config('alga.lookup', ${lookup}, true)`
    return Object.fromEntries(yield* sql.withTransaction(Effect.andThen(told, rows)))
  }).pipe(Effect.provide(layerServer({ url, maxConnections: 1 })))

const everyTable = (tenants: ReadonlyArray<string>) =>
  Object.fromEntries(tenantTables.map(({ table }) => [table, [...tenants].sort()]))

const looked = (tenant: string) => ({
  ...everyTable([]),
  tenants: [tenant],
  tenant_extension_install: [tenant]
})

const both = everyTable([one.tenant, two.tenant])

const states = (statuses: ReadonlyArray<TenantPolicies.PolicyStatus>) => [
  ...new Set(statuses.map(({ state }) => state))
]

const options = (login: RoleName, ...unrestricted: ReadonlyArray<RoleName>) => ({ reader: login, unrestricted })

describe("Row level security", () => {
  it.live("shows the reading login the rows of the tenant that the transaction names, and no others", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      assert.deepEqual(yield* seen(login.url), both)
      yield* administering(url)(TenantPolicies.apply(options(login.name, app)))
      assert.deepEqual(yield* seen(login.url, one.tenant), everyTable([one.tenant]))
      assert.deepEqual(yield* seen(login.url, two.tenant), everyTable([two.tenant]))
      assert.deepEqual(yield* seen(login.url), everyTable([]))
      assert.deepEqual(yield* seen(login.url, crypto.randomUUID()), everyTable([]))
    })
  )

  it.live("shows who looks an install up that install and its tenant, by what is asked for alone", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      const [hash, host] = ["ab".repeat(32), `${crypto.randomUUID()}.pages.example`]
      const installed = one.install([], { runner_domain: host })
      const { extensionId, id, versionId } = installed
      const archive = { id: crypto.randomUUID(), version_id: versionId, content_hash: `sha256:${hash}` }
      yield* administering(url)(load(mergeDatasets(installed.rows, { extension_bundle: [archive] })))
      yield* administering(url)(TenantPolicies.apply(options(login.name, app)))
      for (const asked of [`host:${host}`, `install:${id}`, `bundle:${extensionId}:${hash}`]) {
        assert.deepEqual(yield* seen(login.url, null, asked), looked(one.tenant), asked)
        assert.deepEqual(yield* seen(login.url, null, `${asked}0`), everyTable([]), asked)
        assert.deepEqual(yield* seen(login.url, two.tenant, asked), {
          ...everyTable([two.tenant]),
          tenants: [one.tenant, two.tenant].sort(),
          tenant_extension_install: [one.tenant, two.tenant].sort()
        })
      }
      for (const asked of [id, host, "host:", "install:", `bundle:${extensionId}:`, `bundle::${hash}`, "%", "host:%"]) {
        assert.deepEqual(yield* seen(login.url, null, asked), everyTable([]), asked)
      }
      const ids = yield* Effect.flatMap(PgClient.PgClient, (sql) =>
        sql.withTransaction(
          Effect.andThen(
            sql`SELECT set_config('alga.lookup', ${`install:${id}`}, true)`,
            sql`SELECT id FROM tenant_extension_install`
          )
        )
      ).pipe(Effect.provide(layerServer({ url: login.url, maxConnections: 1 })))
      assert.deepEqual(ids, [{ id }])
    })
  )

  it.live("refuses the reading login to switch it off", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      yield* administering(url)(TenantPolicies.apply(options(login.name, app)))
      const refused = yield* Effect.flatMap(PgClient.PgClient, (sql) =>
        Effect.all([
          refusal(sql`SET row_security = off`.pipe(Effect.andThen(sql`SELECT client_id FROM clients`))),
          refusal(sql.unsafe(`ALTER TABLE clients DISABLE ROW LEVEL SECURITY`)),
          refusal(sql.unsafe(`DROP POLICY alga_ext_tenant ON clients`))
        ])
      ).pipe(
        Effect.provide(
          PgClient.layer({
            url: login.url,
            maxConnections: 1,
            startupParameters: { default_transaction_read_only: "off" }
          })
        )
      )
      assert.deepEqual(refused, ["42501", "42501", "42501"])
    })
  )

  it.live("leaves the product's role and the owner all they have", () =>
    Effect.gen(function* () {
      const { url, login, app, appUrl } = yield* product
      yield* administering(url)(TenantPolicies.apply(options(login.name, app)))
      assert.deepEqual(yield* seen(appUrl), both)
      assert.deepEqual(yield* seen(url), both)
      yield* run(
        appUrl,
        `INSERT INTO clients (tenant, client_name) VALUES ('${one.tenant}', 'New')`,
        `UPDATE clients SET client_name = client_name || '!' WHERE tenant = '${two.tenant}'`,
        `DELETE FROM tag_mappings`
      )
      const [row] = yield* Effect.flatMap(
        PgClient.PgClient,
        (sql) => sql`
          SELECT count(*) FILTER (WHERE client_name = 'New')::int4 AS added,
            count(*) FILTER (WHERE client_name = 'Two!')::int4 AS changed,
            (SELECT count(*)::int4 FROM tag_mappings) AS kept
          FROM clients`
      ).pipe(administering(url))
      assert.deepEqual(row, { added: 1, changed: 1, kept: 0 })
    })
  )

  it.live("is refused as long as it would hide rows from a role that is not named", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      const error = yield* Effect.flip(administering(url)(TenantPolicies.apply(options(login.name))))
      assert.strictEqual(error._tag, "PoliciesWouldHide")
      assert.include(error.message, app)
      assert.deepEqual(states(yield* administering(url)(TenantPolicies.plan(options(login.name, app)))), ["missing"])
    })
  )

  it.live("names a role by each right that alone lets it work with rows, and by none that policies do not touch", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      const touched = ["SELECT", "INSERT", "UPDATE", "DELETE", "SELECT (client_id)", "INSERT (url)", "UPDATE (url)"]
      const others = ["TRUNCATE", "REFERENCES", "TRIGGER", "REFERENCES (client_id)"]
      const roles = [...touched, ...others].map((right) => ({ right, role: freshRole() }))
      yield* dropped(url, ...roles.map(({ role }) => role))
      for (const { right, role } of roles) {
        yield* run(url, `CREATE ROLE ${role}`, `GRANT ${right} ON clients TO ${role}`)
      }
      const statuses = yield* administering(url)(TenantPolicies.plan(options(login.name, app)))
      const hides = statuses.find(({ table }) => table === "clients")?.hides ?? []
      assert.deepEqual(
        roles.filter(({ role }) => hides.includes(role)).map(({ right }) => right),
        touched
      )
      assert.lengthOf(hides, touched.length)
      assert.deepEqual(
        statuses.filter(({ table }) => table !== "clients").flatMap((status) => status.hides),
        []
      )
    })
  )

  it.live("is refused for a login that policies do not hold", () =>
    Effect.gen(function* () {
      const { url, app } = yield* product
      yield* run(url, `ALTER ROLE ${app} BYPASSRLS`)
      const error = yield* Effect.flip(administering(url)(TenantPolicies.apply(options(app))))
      assert.include(error.message, `no policy holds ${app} on tenants, clients`)
      assert.deepEqual(states(yield* administering(url)(TenantPolicies.plan(options(app)))), ["exempt"])
    })
  )

  it.live("needs no mention of a role that inherits from a named one, or that it does not concern", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      const [member, exempt] = [freshRole(), freshRole()]
      yield* dropped(url, member, exempt)
      yield* run(
        url,
        `CREATE ROLE ${member} LOGIN PASSWORD 'member' IN ROLE ${app}`,
        `CREATE ROLE ${exempt} BYPASSRLS`,
        `GRANT SELECT ON clients TO ${exempt}`
      )
      yield* administering(url)(TenantPolicies.apply(options(login.name, app)))
      assert.deepEqual(yield* seen(as(url, member, "member")), both)
    })
  )

  it.live("holds the reading login even where another policy lets everybody see everything", () =>
    Effect.gen(function* () {
      const { url, login, app, appUrl } = yield* product
      yield* run(
        url,
        "CREATE POLICY product_policy ON clients USING (true)",
        "ALTER TABLE clients ENABLE ROW LEVEL SECURITY"
      )
      const applied = yield* administering(url)(TenantPolicies.apply(options(login.name, app)))
      assert.deepEqual(
        applied.filter(({ wasOn }) => wasOn).map(({ table }) => table),
        ["clients"]
      )
      assert.deepEqual(yield* seen(login.url, one.tenant), everyTable([one.tenant]))
      assert.deepEqual(yield* seen(appUrl), both)
      yield* administering(url)(TenantPolicies.drop())
      const left = yield* Effect.flatMap(
        PgClient.PgClient,
        (sql) => sql`
          SELECT relname AS name, ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = pg_class.oid) AS policies
          FROM pg_class WHERE relrowsecurity`
      ).pipe(administering(url))
      assert.deepEqual(left, [{ name: "clients", policies: ["product_policy"] }])
    })
  )

  it.live("is applied, applied again without a change, changed, and dropped without a trace", () =>
    Effect.gen(function* () {
      const { url, login, app, appUrl } = yield* product
      const on = administering(url)
      const state = Effect.map(on(TenantPolicies.plan(options(login.name, app))), states)
      const policies = Effect.flatMap(
        PgClient.PgClient,
        (sql) => sql`SELECT oid::int4 AS oid FROM pg_policy ORDER BY 1`
      ).pipe(on)
      assert.deepEqual(yield* state, ["missing"])
      assert.deepEqual(states(yield* on(TenantPolicies.apply(options(login.name, app)))), ["applied"])
      const before = yield* policies
      yield* on(TenantPolicies.apply(options(login.name, app)))
      assert.deepEqual(yield* policies, before)
      yield* run(url, "ALTER TABLE clients DISABLE ROW LEVEL SECURITY", "DROP POLICY alga_ext_reader ON users")
      assert.includeMembers(yield* state, ["applied", "differs"])
      yield* on(TenantPolicies.apply(options(login.name, app)))
      assert.deepEqual(yield* state, ["applied"])
      assert.lengthOf(yield* on(TenantPolicies.drop()), tenantTables.length)
      assert.deepEqual([yield* state, yield* policies], [["missing"], []])
      assert.deepEqual(yield* on(TenantPolicies.drop()), [])
      assert.deepEqual([yield* seen(login.url), yield* seen(appUrl)], [both, both])
    })
  )

  it.live("gives a table that is in use up after three seconds, and goes on from there", () =>
    Effect.gen(function* () {
      const { url, login, app } = yield* product
      const apply = administering(url)(TenantPolicies.apply(options(login.name, app)))
      const error = yield* Effect.flatMap(PgClient.PgClient, (sql) =>
        sql.withTransaction(Effect.andThen(sql`SELECT client_id FROM clients`, Effect.flip(apply)))
      ).pipe(Effect.provide(PgClient.layer({ url, maxConnections: 1 })))
      assert.match(error.message, /change the policies of clients: .*lock timeout.* \(55P03\)/)
      assert.deepEqual(states(yield* apply), ["applied"])
    })
  )

  it.live("says that a database without the tables is not Alga's", () =>
    Effect.gen(function* () {
      const url = yield* testDatabase
      const error = yield* Effect.flip(administering(url)(TenantPolicies.apply(options(freshRole()))))
      assert.include(error.message, "the schema public has no table tenants, clients")
    })
  )
})
