import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { accessOperations } from "@alga-psa/ext-domain/AccessRecord"
import type { Capability } from "@alga-psa/ext-domain/Capability"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import * as AccessTables from "../src/AccessTables.ts"
import { layerAdmin } from "../src/AdminClient.ts"
import { install, type Release, uninstall } from "../src/ExtensionInstalls.ts"
import { createTables, load } from "../src/Fixture.ts"
import { RoleName } from "../src/RoleName.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

const admin = Layer.unwrap(Effect.map(testDatabase, layerAdmin))
const setting = Layer.effectDiscard(createTables).pipe(Layer.provideMerge(admin))

const reads: ReadonlyArray<Capability> = ["cap:client.read", "cap:service.read"]

/** A version of an extension that nothing else has, or of the one with this name. */
const release = (change: Partial<Release> = {}): Release => ({
  publisher: "Example",
  name: `com.example.${crypto.randomUUID()}`,
  version: "1.0.0",
  runtime: "wasm-js@1",
  capabilities: reads,
  ui: null,
  endpoints: [],
  contentHash: "a".repeat(64),
  bytes: 3,
  ...change
})

const tenant = Effect.gen(function* () {
  const own = freshTenant()
  yield* load(own.rows)
  return own.tenant
})

const put = (tenant: TenantId, given: Release) =>
  install({ tenant, release: given, host: null, write: true, store: () => Effect.void })

const remove = (tenant: TenantId, extension: string) =>
  uninstall({ tenant, extension, write: true, remove: () => Effect.void })

const rows = (tenant: TenantId) =>
  Effect.flatMap(
    PgClient.PgClient,
    (sql) =>
      sql`SELECT row_to_json(t) AS row FROM tenant_extension_install AS t WHERE tenant_id = ${tenant} ORDER BY id`
  )

const registry = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql`
    SELECT
      (SELECT json_agg(t ORDER BY t.id) FROM extension_registry AS t) AS extensions,
      (SELECT json_agg(t ORDER BY t.id) FROM extension_version AS t) AS versions,
      (SELECT json_agg(t ORDER BY t.id) FROM extension_bundle AS t) AS bundles`
)

layer(setting, { excludeTestServices: true })("An install", (it) => {
  it.effect("changes nothing the second time, and grants another version what the one before did not declare", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const [owner, first] = [yield* tenant, release()]
      const made = yield* put(owner, first)
      assert.deepInclude(made, { state: "new", from: null, grants: reads, withheld: [], enabled: true })
      const before = [yield* rows(owner), yield* registry]
      const again = yield* put(owner, first)
      assert.deepInclude(again, { state: "present", install: made.install, from: "1.0.0", grants: [], withheld: [] })
      assert.deepStrictEqual([yield* rows(owner), yield* registry], before)

      const grants = JSON.stringify(["cap:made.up", "cap:service.read"])
      yield* sql`
        UPDATE tenant_extension_install SET granted_caps = ${grants}::text::jsonb, is_enabled = false
        WHERE id = ${made.install}::uuid`
      const capabilities = [...reads, " CAP:HTTP.fetch", "cap:user.read"]
      const updated = yield* put(owner, { ...first, version: "1.1.0", capabilities, contentHash: "b".repeat(64) })
      assert.deepInclude(updated, {
        state: "update",
        install: made.install,
        from: "1.0.0",
        grants: ["cap:http.fetch"],
        withheld: ["cap:client.read"],
        enabled: false
      })
      const [row] =
        yield* sql`SELECT granted_caps, is_enabled FROM tenant_extension_install WHERE id = ${made.install}::uuid`
      assert.deepStrictEqual(row, {
        granted_caps: ["cap:made.up", "cap:service.read", "cap:http.fetch"],
        is_enabled: false
      })
      // Back to the first version: what it declares was declared before too.
      assert.deepInclude(yield* put(owner, first), { state: "update", grants: [], withheld: ["cap:client.read"] })
    })
  )

  it.effect(
    "shares the version with other tenants, leaves theirs as they are, and refuses other bytes or rights under it",
    () =>
      Effect.gen(function* () {
        const [one, other, given] = [yield* tenant, yield* tenant, release()]
        const first = yield* put(one, given)
        const before = [yield* rows(one), yield* rows(other), yield* registry]
        for (const [change, why] of [
          [
            { contentHash: "b".repeat(64) },
            /^version 1\.0\.0 of .* is there with other bytes \(sha256:a{64}\), for every tenant/
          ],
          [{ capabilities: ["cap:http.fetch"] }, /^version 1\.0\.0 of .* declares other capabilities than its bundle$/]
        ] as const) {
          const refused = yield* Effect.flip(put(other, { ...given, ...change }))
          assert.strictEqual(refused._tag, "InstallRefused")
          assert.match(refused.message, why)
        }
        assert.deepStrictEqual([yield* rows(one), yield* rows(other), yield* registry], before)
        const second = yield* put(other, given)
        assert.deepStrictEqual([second.extension, yield* registry], [first.extension, before[2]])
        assert.deepStrictEqual(yield* rows(one), before[0])
      })
  )

  it.effect("is as if it had not been tried where it was only to be shown, or where the bundle was not stored", () =>
    Effect.gen(function* () {
      const owner = yield* tenant
      const before = [yield* rows(owner), yield* registry]
      const asked = { tenant: owner, release: release(), host: null } as const
      const shown = yield* install({ ...asked, write: false, store: () => Effect.die("nothing is stored") })
      assert.deepInclude(shown, { state: "new", grants: reads })
      assert.deepStrictEqual([yield* rows(owner), yield* registry], before)
      const failed = yield* Effect.flip(
        install({ ...asked, write: true, store: () => Effect.fail("no store" as const) })
      )
      assert.strictEqual(failed, "no store")
      assert.deepStrictEqual([yield* rows(owner), yield* registry], before)
    })
  )

  it.effect("is taken away from its tenant alone, and the extension with the last of them", () =>
    Effect.gen(function* () {
      const [one, other, given] = [yield* tenant, yield* tenant, release()]
      const before = yield* registry
      const first = yield* put(one, given)
      const second = yield* put(other, given)
      yield* put(one, { ...given, version: "1.1.0", contentHash: "b".repeat(64) })
      const kept = [yield* rows(other), yield* registry]
      assert.deepInclude(yield* remove(one, given.name), {
        install: first.install,
        last: false,
        contentHashes: ["a".repeat(64), "b".repeat(64)]
      })
      assert.deepStrictEqual([yield* rows(one), yield* rows(other), yield* registry], [[], ...kept])
      assert.isNull(yield* remove(one, given.name))
      assert.deepInclude(yield* remove(other, second.extension), { last: true })
      assert.deepStrictEqual([yield* rows(other), yield* registry], [[], before])
    })
  )

  it.effect("is not taken away where two extensions have the name, until one is named by its id", () =>
    Effect.gen(function* () {
      const [owner, given] = [yield* tenant, release()]
      const first = yield* put(owner, given)
      const second = yield* put(owner, { ...given, publisher: "Somebody else" })
      const before = yield* rows(owner)
      const refused = yield* Effect.flip(remove(owner, given.name))
      for (const id of [first.extension, second.extension]) assert.include(String(refused), id)
      assert.deepStrictEqual(yield* rows(owner), before)
      assert.deepInclude(yield* remove(owner, second.extension), { install: second.install })
      assert.deepInclude(yield* remove(owner, given.name), { install: first.install })
    })
  )

  it.effect("leaves a record of what it grants, where access records are kept, and none of what was only shown", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const name = () => RoleName.make(`role_${crypto.randomUUID().replaceAll("-", "")}`)
      const [writer, reader] = [name(), name()]
      for (const role of [writer, reader]) yield* sql.unsafe(`CREATE ROLE ${role}`)
      yield* Effect.addFinalizer(() =>
        Effect.orDie(
          Effect.forEach(
            [writer, reader].flatMap((role) => [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`]),
            (text) => sql.unsafe(text).unprepared
          )
        )
      )
      yield* AccessTables.apply({ writer, reader, retention: Duration.days(60) })
      const [owner, given] = [yield* tenant, release()]
      const asked = { tenant: owner, release: given, host: null } as const
      yield* install({ ...asked, write: false, store: () => Effect.void })
      // Another runner has its months made while the bundle is put into the store.
      const upkeep = Effect.flatMap(PgClient.PgClient, (other) =>
        other.unsafe("SELECT alga_extension_access.access_upkeep()")
      ).pipe(Effect.asVoid, Effect.provide(PgClient.layer({ ...sql.config, maxConnections: 1 }), { local: true }))
      const { install: id } = yield* install({ ...asked, write: true, store: () => upkeep })
      yield* put(owner, given)
      const records = yield* sql`
        SELECT operation, capability, outcome, tenant_id, install_id FROM ${sql.literal(AccessTables.accessTable)}
        WHERE tenant_id = ${owner}::uuid ORDER BY capability`
      assert.deepStrictEqual(
        records,
        reads.map((capability) => ({
          operation: accessOperations.applied,
          capability,
          outcome: "ok",
          tenant_id: owner,
          install_id: id
        }))
      )
    }).pipe(Effect.scoped)
  )
})
