import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import * as Grants from "../src/Grants.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

const admin = Layer.unwrap(Effect.map(testDatabase, layerAdmin))
const setting = Layer.effectDiscard(createTables).pipe(Layer.provideMerge(admin))

const reads = ["cap:client.read", "cap:service.read"] as const

/** An install of a tenant of its own. */
const install = Effect.fnUntraced(function* (declared: unknown, granted_caps: unknown, change: object = {}) {
  const own = freshTenant()
  const made = own.install(declared as ReadonlyArray<string>, { granted_caps, ...change } as object)
  yield* load({ ...own.rows, ...made.rows })
  return made.id
})

const listed = (id: string) =>
  Effect.map(Stream.runCollect(Grants.ungranted), (rows) =>
    rows.filter((row) => row.install === id).map(({ capabilities, enabled }) => ({ capabilities, enabled }))
  )

const granted = (id: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.map(
      sql<{ readonly grants: unknown }>`
        SELECT granted_caps AS grants FROM tenant_extension_install WHERE id = ${id}::uuid`,
      ([row]) => row?.grants
    )
  )

const change = (asked: Grants.GrantsChange) =>
  Effect.map(Stream.runCollect(Grants.change(asked)), (rows) =>
    rows.map(({ capabilities, install: id, state }) => ({ id, state, capabilities }))
  )

layer(setting, { excludeTestServices: true })("Grants", (it) => {
  it.effect("are looked at by names without case and blanks, known ones that are not always granted", () =>
    Effect.gen(function* () {
      const behind = yield* install(
        [" CAP:Client.Read", "cap:service.read", "cap:user.read", "http.fetch"],
        ["cap:client.read "]
      )
      assert.deepStrictEqual(yield* listed(behind), [{ capabilities: ["cap:service.read"], enabled: true }])
      assert.deepStrictEqual(yield* listed(yield* install(reads, ["CAP:SERVICE.READ", "cap:client.read"])), [])
      assert.deepStrictEqual(yield* listed(yield* install([], reads)), [])
      const older = yield* install(reads, [], { is_enabled: false })
      assert.deepStrictEqual(yield* listed(older), [{ capabilities: [...reads], enabled: false }])
    })
  )

  it.effect("are only shown until they are to be written, and keep every other name", () =>
    Effect.gen(function* () {
      const grants = ["cap:made.up", " CAP:HTTP.fetch"]
      const id = yield* install([...reads, "cap:http.fetch"], grants)
      const asked = { action: "apply", capabilities: [...reads, "cap:storage.kv"], installs: [id] } as const
      const row = { id, capabilities: [...reads] }
      assert.deepStrictEqual(yield* change({ ...asked, write: false }), [{ ...row, state: "would change" }])
      assert.deepStrictEqual(yield* granted(id), grants)
      assert.deepStrictEqual(yield* change({ ...asked, write: true }), [{ ...row, state: "changed" }])
      assert.deepStrictEqual(yield* granted(id), [...grants, ...reads])
      assert.deepStrictEqual(yield* change({ ...asked, write: true }), [])
    })
  )

  it.effect("are taken away however they are written, declared or not", () =>
    Effect.gen(function* () {
      const id = yield* install([], ["cap:made.up", " CAP:Client.Read", "cap:client.read", "cap:service.read"])
      const asked = { action: "revoke", capabilities: ["cap:client.read"], installs: [id], write: true } as const
      assert.deepStrictEqual(yield* change(asked), [{ id, state: "changed", capabilities: ["cap:client.read"] }])
      assert.deepStrictEqual(yield* granted(id), ["cap:made.up", "cap:service.read"])
    })
  )

  it.effect("that are no list stay as they are, and are named", () =>
    Effect.gen(function* () {
      const id = yield* install(reads, { all: true })
      const asked = { action: "apply", capabilities: ["cap:client.read"], installs: [id], write: true } as const
      assert.deepStrictEqual(yield* change(asked), [{ id, state: "no-list", capabilities: ["cap:client.read"] }])
      assert.deepStrictEqual(yield* granted(id), { all: true })
    })
  )

  it.effect("of installs that are not there are not changed at all", () =>
    Effect.gen(function* () {
      const id = yield* install(reads, [])
      const nowhere = "00000000-0000-4000-8000-00000000dead"
      const asked = { action: "apply", capabilities: reads, installs: [id, nowhere], write: true } as const
      const error = yield* Effect.flip(change(asked))
      assert.strictEqual(error.message, `no such install: ${nowhere}`)
      assert.deepStrictEqual(yield* granted(id), [])
    })
  )

  it.effect("that many change at once are all as each asked", () =>
    Effect.gen(function* () {
      const names = [...reads, "cap:http.fetch", "cap:storage.kv", "cap:ui.proxy", "cap:secrets.get"] as const
      const id = yield* install(names, ["cap:made.up", "cap:ui.proxy"])
      const runs = names.map((name) =>
        change({
          action: name === "cap:ui.proxy" ? "revoke" : "apply",
          capabilities: [name],
          installs: [id],
          write: true
        })
      )
      yield* Effect.all(runs, { concurrency: "unbounded" })
      const now = (yield* granted(id)) as ReadonlyArray<string>
      assert.deepStrictEqual(now.toSorted(), ["cap:made.up", ...names.filter((name) => name !== "cap:ui.proxy")].sort())
    })
  )

  it.effect("of more installs than fit a page are each changed once", () =>
    Effect.gen(function* () {
      const own = freshTenant()
      const many = Array.from({ length: 1_203 }, () => own.install(["cap:invoice.manual.create"]))
      const all = (table: "extension_registry" | "extension_version" | "tenant_extension_install") =>
        many.flatMap(({ rows }) => (rows[table] ?? []) as ReadonlyArray<object>)
      yield* load({
        ...own.rows,
        extension_registry: all("extension_registry"),
        extension_version: all("extension_version"),
        tenant_extension_install: all("tenant_extension_install").map((row) => ({ ...row, granted_caps: [] }))
      })
      const asked = { action: "apply", capabilities: ["cap:invoice.manual.create"], installs: "all" } as const
      const shown = yield* change({ ...asked, write: false })
      assert.deepStrictEqual(shown.map(({ id }) => id).sort(), many.map(({ id }) => id as string).sort())
    })
  )
})
