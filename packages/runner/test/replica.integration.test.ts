import { ids } from "@alga-psa/ext-adapters-memory"
import { dedicatedServer, standbyOf } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { serveSetting } from "../testing/ServeProgram.ts"

const on = (url: string, statement: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<{ readonly found: number }>(statement)).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  )

describe("a runner with a replica", () => {
  it.live(
    "reads clients from the replica, and rights from the primary",
    () =>
      Effect.gen(function* () {
        const primary = yield* dedicatedServer
        const setting = yield* serveSetting(primary.url)
        const replica = yield* standbyOf(primary)
        const caughtUp = `SELECT count(*)::int4 AS found FROM tenant_extension_install`
        const [{ found } = { found: 0 }] = yield* on(primary.url, caughtUp)
        const wait: Effect.Effect<void> = Effect.orDie(on(replica.url, caughtUp)).pipe(
          Effect.flatMap(([row]) => (row?.found === found ? Effect.void : wait))
        )
        yield* wait
        const still: Effect.Effect<void> = Effect.orDie(
          on(replica.url, "SELECT (pg_get_wal_replay_pause_state() = 'paused')::int4 AS found")
        ).pipe(Effect.flatMap(([row]) => (row?.found === 1 ? Effect.void : still)))
        const { execute } = yield* setting.serve({ DATABASE_REPLICA_URL: replica.url })
        const names = Effect.map(execute({ path: "/api/clients" }), ({ body, status }) => ({ status, body }))
        const before = yield* names
        assert.strictEqual(before.status, 200)

        yield* on(replica.url, "SELECT pg_wal_replay_pause()")
        yield* still
        yield* on(
          primary.url,
          `UPDATE clients SET client_name = client_name || ' renamed' WHERE tenant = '${ids.tenants.acme}'`
        )
        assert.deepStrictEqual(yield* names, before)
        yield* on(primary.url, `DELETE FROM user_roles WHERE tenant = '${ids.tenants.acme}'`)
        const after = yield* names
        assert.strictEqual(after.status, 403)
        assert.include(after.body, "not-allowed")
      }),
    90_000
  )
})
