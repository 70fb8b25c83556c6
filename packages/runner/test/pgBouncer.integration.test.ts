import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import * as ReaderRole from "@alga-psa/ext-adapters-pg/ReaderRole"
import { pgBouncer } from "@alga-psa/ext-adapters-pg/testing/PgBouncer"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { serve } from "../src/commands/serve.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { serveSetting } from "../testing/ServeProgram.ts"
import { byLogin, statements, testRole } from "./support/TestRole.ts"

const password = "a-password-of-this-test"

/** A database with Alga's tables and the reading login, and a runner's settings on it. */
const prepared = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const serving = yield* serveSetting(url)
  const reader = yield* testRole(url)
  yield* Effect.provide(
    ReaderRole.apply({ name: reader, password: Redacted.make(password) }),
    layerAdmin(Redacted.make(url))
  )
  const { password: ofOwner, username: owner } = new URL(url)
  const logins = { [reader]: password, [owner]: decodeURIComponent(ofOwner) }
  const bouncer = (...settings: ReadonlyArray<string>) => pgBouncer(url, logins, settings)
  const ends = (change: Readonly<Record<string, string>>) =>
    Effect.map(
      commandRun(serve)(["serve"], { ...serving.settings, ...change }),
      ({ code, errors }) => `${code} ${errors}`
    )
  return { ...serving, bouncer, ends, login: byLogin(url, reader, password), owner, reader, url }
})

class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("pgBouncer/Setting") {}

const setting = Layer.effect(Setting, prepared)

layer(setting, { excludeTestServices: true, timeout: 240_000 })("PgBouncer in transaction mode", (it) => {
  it.effect(
    "is refused where it is not named, where it drops what the runner asks for, and where the login may write",
    () =>
      Effect.gen(function* () {
        const { bouncer, ends, login, owner, url } = yield* Setting
        const usual = yield* bouncer()
        assert.match(
          yield* ends({ DATABASE_URL: usual.through(login) }),
          /^1 .*08P01: unsupported startup parameter: \w+; behind a pooler set DATABASE_POOLER=transaction\n$/
        )
        const silent = yield* bouncer(
          "ignore_startup_parameters = default_transaction_read_only,max_parallel_workers_per_gather,plan_cache_mode,search_path,statement_timeout"
        )
        for (const by of [login, url]) {
          assert.match(
            yield* ends({ DATABASE_URL: silent.through(by) }),
            /^1 .*do not reach the server: behind a pooler set DATABASE_POOLER=transaction\n$/
          )
        }
        assert.match(
          yield* ends({ DATABASE_URL: usual.through(url), DATABASE_POOLER: "transaction" }),
          new RegExp(`^1 .*behind the pooler, transactions of ${owner} may write: make the login with db role`)
        )
      }),
    300_000
  )

  it.effect(
    "has a replica told as away whose login may write, and no other",
    () =>
      Effect.gen(function* () {
        const { bouncer, login, serveHere, url } = yield* Setting
        const usual = yield* bouncer()
        const replicaBy = Effect.fnUntraced(function* (by: string, state: "ok" | "unavailable") {
          const serving = yield* serveHere({
            DATABASE_URL: usual.through(login),
            DATABASE_REPLICA_URL: usual.through(by),
            DATABASE_POOLER: "transaction"
          })
          const told = Effect.promise(async () => {
            const answer = await (await fetch(`${serving.url}/readyz`)).json()
            return (answer as { readonly checks: Readonly<Record<string, string>> }).checks["replica"]
          })
          yield* askUntil(told, (found) => found === state)
        })
        yield* replicaBy(login, "ok")
        yield* replicaBy(url, "unavailable")
      }),
    300_000
  )

  it.effect(
    "serves reads and idempotency keys over few sessions, which stay read-only and keep no statement",
    () =>
      Effect.gen(function* () {
        const { bouncer, login, reader, serveHere, url } = yield* Setting
        const narrow = yield* bouncer("default_pool_size = 2")
        const { execute } = yield* serveHere({
          DATABASE_URL: narrow.through(login),
          DATABASE_POOLER: "transaction",
          IDEMPOTENCY_DATABASE_URL: narrow.through(url),
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
        const [found] = yield* statements(
          url,
          `SELECT count(*)::int4 AS sessions FROM pg_stat_activity WHERE usename = '${reader}'`
        )
        assert.isAtMost(Number(found?.[0]?.["sessions"]), 2)
        // What a session keeps is known to itself alone: the pooler hands this one out in its turn.
        const kept = yield* Effect.flatMap(
          PgClient.PgClient,
          (client) => client.unsafe("SELECT name FROM pg_prepared_statements").unprepared
        ).pipe(
          Effect.provide(
            PgClient.layer({ url: Redacted.make(narrow.through(login)), maxConnections: 1, prepare: false })
          ),
          Effect.repeat({ times: 3 })
        )
        assert.deepStrictEqual(kept, [])
      }),
    300_000
  )
})
