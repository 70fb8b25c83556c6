import { dataset } from "@alga-psa/ext-adapters-memory"
import { freshId, freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { readInstallSecrets, readInstallSecretsByTenant } from "../src/PgInstallSecrets.ts"
import { layerServer } from "../src/PgServer.ts"
import * as ReaderRole from "../src/ReaderRole.ts"
import * as TenantPolicies from "../src/TenantPolicies.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { reader, refusal } from "./reader.ts"

class Database extends Context.Service<Database, Redacted.Redacted>()("test/Database") {}
const database = Layer.effect(
  Database,
  Effect.tap(testDatabase, (url) => Effect.provide(createTables, layerAdmin(url)))
)

/** An install with sealed secrets, and a sibling of its tenant without any. */
const installs = Effect.gen(function* () {
  const own = freshTenant()
  const sealed = own.install([])
  const bare = own.install([])
  const url = yield* Database
  const rows = [own.rows, sealed.rows, bare.rows].map(dataset)
  yield* Effect.gen(function* () {
    for (const each of rows) yield* load(each)
    const sql = yield* PgClient.PgClient
    yield* sql`
      INSERT INTO tenant_extension_install_secrets
        (install_id, tenant_id, ciphertext, algorithm, transit_key, version, expires_at)
      VALUES (${sealed.id}::uuid, ${own.tenant}, 'sealed-text', 'vault-transit', 'the-key', '3', '2030-01-02T03:04:05.678+02')`
  }).pipe(Effect.provide(layerAdmin(url)))
  return { tenant: own.tenant, sealed: sealed.id, bare: bare.id, url }
})

layer(database, { excludeTestServices: true })("The sealed secrets of an install", (it) => {
  it.effect("are read in the form of an envelope by its tenant and its id, and by no other", () =>
    Effect.gen(function* () {
      const { bare, sealed, tenant, url } = yield* installs
      const login = yield* reader(url, { secrets: true })
      const read = yield* Effect.map(readInstallSecrets, (read) => read).pipe(
        Effect.provide(yield* Layer.build(layerServer({ url: login.url })))
      )
      const envelope = yield* read(tenant, sealed)
      assert.deepEqual(envelope && Redacted.value(envelope), {
        ciphertext_b64: "sealed-text",
        algorithm: "vault-transit",
        key_path: "the-key",
        mount: null,
        version: "3",
        expires_at: "2030-01-02T01:04:05.678Z"
      })
      assert.notInclude(String(envelope) + JSON.stringify({ envelope }), "sealed-text")
      assert.isNull(yield* read(tenant, bare))
      assert.isNull(yield* read(freshTenant().tenant, sealed))
      assert.isNull(yield* read(tenant, freshId() as typeof sealed))
    })
  )

  it.effect("are read with row level security once the tenant is told, and not without", () =>
    Effect.gen(function* () {
      const { sealed, tenant, url } = yield* installs
      const login = yield* reader(url, { secrets: true })
      const onAdmin = Effect.provide(layerAdmin(url))
      yield* Effect.addFinalizer(() => Effect.orDie(onAdmin(TenantPolicies.drop())))
      yield* onAdmin(TenantPolicies.apply({ reader: login.name, unrestricted: [] }))
      const server = yield* Layer.build(layerServer({ url: login.url }))
      const read = yield* Effect.provide(readInstallSecretsByTenant, server)
      const envelope = yield* read(tenant, sealed)
      assert.strictEqual(envelope && Redacted.value(envelope)["ciphertext_b64"], "sealed-text")
      assert.isNull(yield* read(freshTenant().tenant, sealed))
      const untold = yield* Effect.provide(readInstallSecrets, server)
      assert.isNull(yield* untold(tenant, sealed))
    })
  )

  it.effect("are for a login that was given the right, until it is made again without it", () =>
    Effect.gen(function* () {
      const { url } = yield* installs
      const asked = (as: Redacted.Redacted) =>
        refusal(
          Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT ciphertext FROM tenant_extension_install_secrets`)
        ).pipe(Effect.provide(PgClient.layer({ url: as, maxConnections: 1 })))
      const login = yield* reader(url)
      assert.strictEqual(yield* asked(login.url), "42501")
      const lacking = yield* Effect.provide(ReaderRole.check(login.name, { secrets: true }), layerAdmin(url))
      assert.include(lacking.missing, "tenant_extension_install_secrets.ciphertext")

      const given = yield* Effect.provide(ReaderRole.apply({ name: login.name, secrets: true }), layerAdmin(url))
      assert.deepEqual(given.missing, [])
      assert.isNull(yield* asked(login.url))
      const { beyond } = yield* Effect.provide(ReaderRole.check(login.name), layerAdmin(url))
      assert.isTrue(beyond.some((finding) => finding.includes("tenant_extension_install_secrets.ciphertext")))

      yield* Effect.provide(ReaderRole.apply({ name: login.name }), layerAdmin(url))
      assert.strictEqual(yield* asked(login.url), "42501")
    })
  )
})
