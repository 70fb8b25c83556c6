import { ids } from "@alga-psa/ext-adapters-memory"
import { dedicatedServer, standbyOf } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { askUntil } from "../testing/AskUntil.ts"
import { serveSetting } from "../testing/ServeProgram.ts"

/** What a runner says of its replica. */
const stateOf = (url: string) =>
  Effect.promise(async () => {
    const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: Record<string, string> }
    return checks["replica"]
  })

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
        const untilFound = (statement: string, value: number) =>
          askUntil(on(replica.url, statement), ([row]) => row?.found === value)
        yield* untilFound(caughtUp, found)
        const { execute, url } = yield* setting.serveHere({ DATABASE_REPLICA_URL: replica.url })
        // It reads from the primary until it has looked at the replica, which it need not have done when it serves.
        yield* askUntil(stateOf(url), (state) => state === "ok")
        const names = Effect.map(execute({ path: "/api/clients" }), ({ body, status }) => ({ status, body }))
        const before = yield* names
        assert.strictEqual(before.status, 200)

        yield* on(replica.url, "SELECT pg_wal_replay_pause()")
        yield* untilFound("SELECT (pg_get_wal_replay_pause_state() = 'paused')::int4 AS found", 1)
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
    300_000
  )

  it.live(
    "does not read from one that is not Alga's, says so, and reads from it once it is",
    () =>
      Effect.gen(function* () {
        const setting = yield* serveSetting(Redacted.value(yield* testDatabase))
        const replica = Redacted.value(yield* testDatabase)
        const { execute, run, url } = yield* setting.serveHere({ DATABASE_REPLICA_URL: replica })
        const first = Effect.map(
          execute({ path: "/api/clients" }),
          ({ body, status }) => `${status} ${body.slice(0, 2_000)}`
        )
        const check = stateOf(url)
        assert.match(yield* first, /^200 .*Northwind/s)
        assert.strictEqual(yield* check, "unavailable")

        yield* serveSetting(replica)
        yield* on(replica, "UPDATE clients SET client_name = client_name || ' of the replica'")
        yield* askUntil(check, (state) => state === "ok")
        assert.match(yield* first, /^200 .*of the replica/s)

        yield* on(replica, "ALTER TABLE clients RENAME COLUMN client_name TO another")
        const said: Array<string> = []
        const unfit = Effect.promise(async () => {
          while (said.at(-1) !== "the replica is not used") {
            const { value } = await run.lines.next()
            said.push(String(JSON.parse(value).message).replace(/: .*/, ""))
          }
        })
        // It looks where it is asked.
        yield* Effect.raceFirst(
          unfit,
          askUntil(check, () => false)
        )
        assert.match(yield* first, /^200 .*Northwind/s)

        run.signal("SIGTERM")
        const rest = (yield* Effect.promise(() => Array.fromAsync(run.lines))).map((line) => JSON.parse(line).message)
        assert.deepStrictEqual(
          [...said, ...rest].filter((message) => message.includes("replica")),
          ["clients and services are read from the replica", "the replica is not used"]
        )
      }),
    300_000
  )
})
