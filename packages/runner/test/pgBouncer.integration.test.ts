import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import * as ReaderRole from "@alga-psa/ext-adapters-pg/ReaderRole"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { pgBouncer } from "@alga-psa/ext-adapters-pg/testing/PgBouncer"
import { dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { serveSetting } from "../testing/ServeProgram.ts"

const password = "a-password-of-this-test"

/** A server with Alga's tables and the reading login, and a runner's settings on it. */
const prepared = Effect.gen(function* () {
  const server = yield* dedicatedServer
  const serving = yield* serveSetting(server.url)
  const name = RoleName.make("alga_ext_reader")
  yield* Effect.provide(
    ReaderRole.apply({ name, password: Redacted.make(password) }),
    layerAdmin(Redacted.make(server.url))
  )
  const login = new URL(server.url)
  login.username = name
  login.password = password
  const sql = (text: string) =>
    Effect.flatMap(PgClient.PgClient, (client) => client.unsafe(text).unprepared).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(server.url), maxConnections: 1 }))
    )
  const ends = Effect.fnUntraced(function* (change: Readonly<Record<string, string>>) {
    const run = yield* serving.start(change)
    const { code, errors } = yield* Effect.promise(async () => {
      for await (const _ of run.lines);
      return run.ended
    })
    return `${code} ${errors}`
  })
  return { ...serving, ends, login: login.href, server, sql }
})

class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("pgBouncer/Setting") {}

const setting = Layer.effect(Setting, prepared)

layer(setting, { excludeTestServices: true, timeout: 240_000 })("PgBouncer in transaction mode", (it) => {
  it.effect(
    "is refused where it is not named, where it drops what the runner asks for, and where the login may write",
    () =>
      Effect.gen(function* () {
        const { ends, login, server } = yield* Setting
        const logins = { alga_ext_reader: password, postgres: "postgres" }
        const usual = yield* pgBouncer(server.url, logins)
        assert.match(
          yield* ends({ DATABASE_URL: usual.through(login) }),
          /^1 .*08P01: unsupported startup parameter: \w+; behind a pooler set DATABASE_POOLER=transaction\n$/
        )
        const silent = yield* pgBouncer(server.url, logins, [
          "ignore_startup_parameters = default_transaction_read_only,max_parallel_workers_per_gather,plan_cache_mode,search_path,statement_timeout"
        ])
        for (const url of [silent.through(login), silent.through(server.url)]) {
          assert.match(
            yield* ends({ DATABASE_URL: url }),
            /^1 .*do not reach the server: behind a pooler set DATABASE_POOLER=transaction\n$/
          )
        }
        assert.match(
          yield* ends({ DATABASE_URL: usual.through(server.url), DATABASE_POOLER: "transaction" }),
          /^1 .*behind the pooler, transactions of postgres may write: make the login with db role/
        )
      }),
    300_000
  )

  it.effect(
    "has a replica told as away whose login may write, and no other",
    () =>
      Effect.gen(function* () {
        const { login, serve, server } = yield* Setting
        const bouncer = yield* pgBouncer(server.url, { alga_ext_reader: password, postgres: "postgres" })
        const replicaBy = Effect.fnUntraced(function* (url: string, state: "ok" | "unavailable") {
          const serving = yield* serve({
            DATABASE_URL: bouncer.through(login),
            DATABASE_REPLICA_URL: bouncer.through(url),
            DATABASE_POOLER: "transaction"
          })
          const told = Effect.promise(async () => {
            const answer = await (await fetch(`${serving.url}/readyz`)).json()
            return (answer as { readonly checks: Readonly<Record<string, string>> }).checks["replica"]
          })
          yield* Effect.repeat(told, { until: (found) => found === state })
        })
        yield* replicaBy(login, "ok")
        yield* replicaBy(server.url, "unavailable")
      }),
    300_000
  )

  it.effect(
    "serves reads and idempotency keys over few sessions, which stay read-only and keep no statement",
    () =>
      Effect.gen(function* () {
        const { login, serve, server, sql } = yield* Setting
        const bouncer = yield* pgBouncer(server.url, { alga_ext_reader: password, postgres: "postgres" }, [
          "default_pool_size = 2"
        ])
        const { execute } = yield* serve({
          DATABASE_URL: bouncer.through(login),
          DATABASE_POOLER: "transaction",
          IDEMPOTENCY_DATABASE_URL: bouncer.through(server.url),
          IDEMPOTENCY_DATABASE_POOLER: "transaction"
        })
        const answers = yield* Effect.all(
          Array.from({ length: 60 }, (_, n) =>
            execute({}, undefined, n % 3 === 0 ? { "x-idempotency-key": `key-${n}` } : {})
          ),
          { concurrency: 12 }
        )
        assert.deepStrictEqual([...new Set(answers.map(({ http, status }) => `${http} ${status}`))], ["200 200"])
        const again = yield* execute({}, undefined, { "x-idempotency-key": "key-0" })
        assert.strictEqual(again.body, answers[0]?.body)
        const sessions = yield* sql("SELECT FROM pg_stat_activity WHERE usename = 'alga_ext_reader'")
        assert.isAtMost(sessions.length, 2)
        // What a session keeps is known to itself alone: the pooler hands this one out in its turn.
        const kept = yield* Effect.flatMap(
          PgClient.PgClient,
          (client) => client.unsafe("SELECT name FROM pg_prepared_statements").unprepared
        ).pipe(
          Effect.provide(
            PgClient.layer({ url: Redacted.make(bouncer.through(login)), maxConnections: 1, prepare: false })
          ),
          Effect.repeat({ times: 3 })
        )
        assert.deepStrictEqual(kept, [])
      }),
    300_000
  )
})
