import { ids } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { noRights } from "@alga-psa/ext-domain"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { askUntil } from "../testing/AskUntil.ts"
import { heldReads } from "../testing/HeldReads.ts"
import { type Serving, serveSetting } from "../testing/ServeProgram.ts"
import { installFixture } from "./support/InstallFixture.ts"
import { byLogin, statements, testRole } from "./support/TestRole.ts"

const password = "a-password-of-a-test"

/** Asks until there is one row. */
const untilOne = <E>(rows: Effect.Effect<ReadonlyArray<unknown>, E>) => askUntil(rows, ({ length }) => length === 1)

/** A database with a login that owns nothing of Alga's, and runners that keep their answers with it. */
const prepared = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const admin = Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  const role = yield* testRole(url)
  yield* statements(
    url,
    `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`,
    `GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO ${role}`
  )
  const serving = yield* serveSetting(url)
  const keys = { IDEMPOTENCY_DATABASE_URL: byLogin(url, role, password) }
  const untilClaimed = (key: string) =>
    admin(
      Effect.flatMap(PgClient.PgClient, (sql) =>
        Effect.andThen(
          untilOne(sql`SELECT WHERE to_regclass('alga_extension_runner.idempotency') IS NOT NULL`),
          untilOne(sql`SELECT FROM alga_extension_runner.idempotency WHERE key = ${key} AND answer IS NULL`)
        )
      )
    )
  const reads = heldReads(url)
  return {
    ...serving,
    admin,
    reads,
    untilClaimed,
    login: keys,
    keeping: serving.serveHere(keys),
    keepingInProcess: serving.serve(keys)
  }
})

/** One for all tests: each uses keys of its own. */
class Setting extends Context.Service<Setting, Effect.Success<typeof prepared>>()("idempotency/Setting") {}

const setting = Layer.effect(Setting, prepared)

const key = (name: string) => ({ "x-idempotency-key": name })

const metric = (serving: ReadonlyArray<Serving>, line: RegExp) =>
  Effect.promise(async () => {
    const texts = await Promise.all(serving.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))
    return texts.reduce((sum, text) => sum + Number(line.exec(text)?.[1] ?? 0), 0)
  })

const reads = /^alga_extension_host_calls_total\{operation="clients.list",outcome="ok"\} (\d+)$/m
const counted = (outcome: string) =>
  new RegExp(`^alga_extension_idempotent_requests_total\\{outcome="${outcome}"\\} (\\d+)$`, "m")

layer(setting, { excludeTestServices: true, timeout: 240_000 })("a request with an idempotency key", (it) => {
  it.effect(
    "runs once in two processes, is refused when it asks for something else, and is not kept when nothing ran",
    () =>
      Effect.gen(function* () {
        const { keeping, keepingInProcess } = yield* Setting
        const [one, other] = [yield* keepingInProcess, yield* keeping]
        const both = [one, other]
        const clients = { path: "/api/clients" }

        const first = yield* one.execute(clients, undefined, key("a"))
        const again = yield* other.execute(clients, undefined, { ...key("a"), "x-request-id": "another" })
        assert.deepStrictEqual([first.http, again.http, again.body], [200, 200, first.body])
        assert.strictEqual(yield* metric(both, reads), 1)

        const changed = yield* other.execute({ ...clients, query: { page: "2" } }, undefined, key("a"))
        assert.deepStrictEqual(
          [changed.http, changed.error],
          [422, "idempotency_mismatch: the key belongs to another request"]
        )
        assert.strictEqual((yield* other.execute(clients, undefined, key("b"))).http, 200)
        assert.strictEqual((yield* other.execute(clients)).http, 200)
        assert.strictEqual(yield* metric(both, reads), 3)

        const refused = yield* one.execute(clients, "0".repeat(64), key("c"))
        assert.strictEqual(refused.http, 502)
        assert.strictEqual((yield* other.execute(clients, undefined, key("c"))).http, 200)
        assert.strictEqual((yield* one.execute(clients, undefined, key("d".repeat(201)))).http, 400)
      }),
    300_000
  )

  it.effect(
    "waits for the first answer, is finished when its caller hangs up, and runs again when its process is killed",
    () =>
      Effect.gen(function* () {
        const prepared = yield* Setting
        const { change: installed, hash } = yield* installFixture(prepared, "reads", ["cap:client.read"])
        const change = { ...installed, path: "/clients" }
        const [one, other] = [yield* prepared.keepingInProcess, yield* prepared.keeping]
        const release = yield* prepared.reads.hold
        const asking = yield* Effect.forkChild(
          Effect.all(
            [one, other].map(({ execute }) => execute(change, hash, key("a"))),
            { concurrency: "unbounded" }
          )
        )
        yield* prepared.untilClaimed("a")
        yield* release
        const together = yield* Fiber.join(asking)
        assert.deepStrictEqual(
          together.map(({ http }) => http),
          [200, 200]
        )
        assert.deepStrictEqual(
          [yield* metric([one, other], counted("first")), yield* metric([one, other], counted("replayed"))],
          [1, 1]
        )

        const goOn = yield* prepared.reads.hold
        const gone = yield* Effect.forkChild(one.execute(change, hash, key("hangs-up")), { startImmediately: true })
        yield* prepared.untilClaimed("hangs-up")
        yield* Fiber.interrupt(gone)
        yield* goOn
        assert.strictEqual((yield* other.execute(change, hash, key("hangs-up"))).http, 200)
        assert.deepStrictEqual(
          [yield* metric([one, other], counted("first")), yield* metric([one, other], counted("replayed"))],
          [2, 2]
        )

        const goOnAgain = yield* prepared.reads.hold
        yield* Effect.forkChild(Effect.ignoreCause(one.execute(change, hash, key("b"))), { startImmediately: true })
        yield* prepared.untilClaimed("b")
        yield* Effect.promise(() => one.run.end("SIGKILL"))
        yield* goOnAgain
        const taken = yield* other.execute(change, hash, key("b"))
        assert.strictEqual(taken.http, 200)
        const replayed = yield* (yield* prepared.keeping).execute(change, hash, key("b"))
        assert.deepStrictEqual([replayed.http, replayed.body], [200, taken.body])
      }),
    300_000
  )

  it.effect(
    "gives up what another runner has taken over, and answers with that one's answer",
    () =>
      Effect.gen(function* () {
        const prepared = yield* Setting
        const { change, hash } = yield* installFixture(prepared, "reads", ["cap:client.read"])
        const { execute } = yield* prepared.keeping
        yield* prepared.reads.hold
        const asking = execute({ ...change, path: "/clients" }, hash, key("taken-over"))
        const running = yield* Effect.forkChild(asking, { startImmediately: true })
        yield* prepared.untilClaimed("taken-over")
        const answer = JSON.stringify({ response: { status: 299, headers: {} }, used: noRights })
        yield* prepared.admin(
          Effect.flatMap(
            PgClient.PgClient,
            (sql) => sql`
              UPDATE alga_extension_runner.idempotency SET owner = gen_random_uuid(), answer = ${answer}
              WHERE key = 'taken-over'`
          )
        )
        assert.deepStrictEqual((yield* Fiber.join(running)).status, 299)
      }),
    300_000
  )

  it.effect(
    "gives its answer again only while install, user and the rights that it used are there, and runs nothing",
    () =>
      Effect.gen(function* () {
        const { admin, keeping } = yield* Setting
        const runner = yield* keeping
        const clients = { path: "/api/clients" }
        const first = yield* runner.execute(clients, undefined, key("kept"))
        assert.strictEqual(first.http, 200)

        const { full: install } = ids.installs
        const rights = "not_allowed: the answer that is kept rests on a right that is no longer there"
        const changes = [
          [`UPDATE users SET is_inactive = true WHERE user_id = '${ids.users.admin}'`, rights],
          [`UPDATE tenant_extension_install SET is_enabled = false WHERE id = '${install}'`, "install_disabled"],
          [`UPDATE tenant_extension_install SET status = 'disabled' WHERE id = '${install}'`, "install_disabled"],
          [`UPDATE tenant_extension_install SET granted_caps = '["cap:service.read"]' WHERE id = '${install}'`, rights],
          [`UPDATE tenants SET suspended_at = now() WHERE tenant = '${ids.tenants.acme}'`, "tenant_suspended"],
          [`DELETE FROM user_roles WHERE user_id = '${ids.users.admin}'`, rights],
          [`UPDATE users SET user_type = 'client' WHERE user_id = '${ids.users.admin}'`, rights]
        ] as const
        const tables = ["users", "tenant_extension_install", "tenants", "user_roles"]
        const run = (...statements: ReadonlyArray<string>) =>
          admin(
            Effect.flatMap(PgClient.PgClient, (sql) => Effect.forEach(statements, (statement) => sql.unsafe(statement)))
          )
        yield* run(...tables.map((table) => `CREATE TABLE kept_${table} AS TABLE ${table}`))
        const restored = [
          `DELETE FROM user_roles WHERE user_id = '${ids.users.admin}'`,
          `INSERT INTO user_roles SELECT * FROM kept_user_roles WHERE user_id = '${ids.users.admin}'`,
          `UPDATE users u SET is_inactive = k.is_inactive, user_type = k.user_type FROM kept_users k WHERE u.user_id = k.user_id`,
          `UPDATE tenants t SET suspended_at = NULL WHERE tenant = '${ids.tenants.acme}'`,
          `UPDATE tenant_extension_install i SET is_enabled = k.is_enabled, status = k.status, granted_caps = k.granted_caps
            FROM kept_tenant_extension_install k WHERE i.id = k.id`
        ]
        for (const [change, error] of changes) {
          yield* run(change)
          const refused = yield* runner.execute(clients, undefined, key("kept"))
          assert.deepStrictEqual([refused.http, refused.error, refused.body], [403, error, ""], change)
          yield* run(...restored)
          const again = yield* runner.execute(clients, undefined, key("kept"))
          assert.deepStrictEqual([again.http, again.body], [200, first.body], change)
        }
        const unused = `UPDATE tenant_extension_install SET granted_caps = '["cap:client.read"]' WHERE id = '${install}'`
        yield* run(unused)
        assert.strictEqual((yield* runner.execute(clients, undefined, key("kept"))).http, 200)

        const stranger = yield* runner.execute({ ...clients, user: ids.users.portal }, undefined, key("kept"))
        const nobody = yield* runner.execute({ ...clients, user: null }, undefined, key("kept"))
        assert.deepStrictEqual([stranger.http, nobody.http], [422, 422])
        assert.strictEqual(yield* metric([runner], reads), 1)
        assert.strictEqual(yield* metric([runner], counted("refused")), changes.length)
      }),
    300_000
  )

  it.effect(
    "keeps that a handler failed, and not what failed before a handler ran",
    () =>
      Effect.gen(function* () {
        const prepared = yield* Setting
        const { change, hash } = yield* installFixture(prepared, "trap")
        const runner = yield* prepared.keeping
        const answers = [
          yield* runner.execute(change, hash, key("a")),
          yield* runner.execute(change, hash, key("a")),
          yield* runner.execute({ ...change, path: "/other" }, hash, key("a"))
        ]
        const trapped = "execute_failed: trap: the extension stopped with an error"
        assert.deepStrictEqual(
          answers.map(({ error, http }) => [http, error]),
          [
            [500, trapped],
            [500, trapped],
            [422, "idempotency_mismatch: the key belongs to another request"]
          ]
        )
        const small = yield* prepared.serveHere({
          ...prepared.login,
          ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB: "1"
        })
        const large = yield* small.execute({ path: "/api/clients" }, undefined, key("large"))
        assert.match(String(large.error), /^execute_failed: memory-limit: /)
        assert.strictEqual((yield* runner.execute({ path: "/api/clients" }, undefined, key("large"))).http, 200)
      }),
    300_000
  )
})
