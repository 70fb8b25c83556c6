import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { db } from "@alga-psa/ext-runner/commands/db"
import { commandRun } from "@alga-psa/ext-runner/testing/CommandRun"
import { program } from "@alga-psa/ext-runner/testing/Program"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as ClusterAtStart from "../src/ClusterAtStart.ts"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"

const role = `cluster_${crypto.randomUUID().replaceAll("-", "")}`
const password = "a-password-of-a-test"

const cluster = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  commandRun(db)(["db", "cluster", ...args], env)

const refused = (statement: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => Effect.flip(sql.unsafe(statement))).pipe(
    Effect.map(({ reason }) => (reason.cause as { readonly code?: string }).code)
  )

describe("db cluster", () => {
  it.live(
    "makes the tables of a cluster, and a runner does not start without them",
    () =>
      Effect.gen(function* () {
        const url = yield* testDatabase
        const asAdmin = Effect.provide(PgClient.layer({ url, maxConnections: 1 }))
        const admin = { DATABASE_ADMIN_URL: Redacted.value(url) }
        const login = new URL(Redacted.value(url))
        login.username = role
        login.password = password
        const sql = (statement: string) =>
          asAdmin(Effect.flatMap(PgClient.PgClient, (client) => client.unsafe(statement)))
        yield* Effect.acquireRelease(sql(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`), () =>
          Effect.orDie(Effect.andThen(sql(`DROP OWNED BY ${role}`), sql(`DROP ROLE ${role}`)))
        )
        yield* asAdmin(Fixture.createTables)

        const { ended } = yield* program(["serve", "--cluster"], {
          DATABASE_URL: Redacted.value(url),
          BUNDLE_STORE_BASE: "/nowhere",
          RUNNER_SERVICE_TOKEN: "a-token-of-this-test",
          DATABASE_CLUSTER_URL: login.href,
          ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: "a-secret-of-the-runners-of-this-test",
          ALGA_EXTENSION_RUNNER_CLUSTER_HOST: "127.0.0.1",
          ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "0"
        })
        const unmade = yield* Effect.promise(() => ended)
        assert.strictEqual(unmade.code, 1)
        assert.include(unmade.errors, "run db cluster apply")

        assert.strictEqual((yield* cluster(["check"], admin)).code, 1)
        for (const _ of ["first", "again"]) {
          const { code, errors } = yield* cluster(["apply", "--role", role], admin)
          assert.deepStrictEqual([code, errors], [0, ""])
        }
        const { code, rows } = yield* cluster(["check", "--json"], admin)
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(
          rows(),
          ["cluster_runners", "cluster_locks", "trigger", "trigger_attempt"].map((table) => {
            return { name: `alga_extension_cluster.${table}`, present: true }
          })
        )

        const atStart = Layer.build(ClusterAtStart.layer(false)).pipe(
          Effect.provide(ClusterDatabase.layer(Redacted.make(login.href))),
          Effect.scoped
        )
        yield* atStart
        yield* sql(`REVOKE UPDATE ON alga_extension_cluster.trigger_attempt FROM ${role}`)
        const closed = yield* Effect.flip(atStart)
        assert.include(closed.message, "may not use alga_extension_cluster.trigger_attempt:")

        yield* sql("ALTER TABLE alga_extension_cluster.trigger DROP COLUMN used")
        const older = yield* cluster(["check", "--json"], admin)
        assert.deepStrictEqual(
          older.rows().map(({ present }) => present),
          [true, true, false, true]
        )
        assert.strictEqual((yield* cluster(["apply", "--role", role], admin)).code, 0)
        assert.strictEqual((yield* cluster(["check"], admin)).code, 0)

        const asLogin = Effect.provide(PgClient.layer({ url: Redacted.make(login.href), maxConnections: 1 }))
        yield* asLogin(
          Effect.flatMap(PgClient.PgClient, (client) => client`SELECT FROM alga_extension_cluster.trigger`)
        )
        for (const statement of [
          "SELECT FROM clients",
          "CREATE TABLE alga_extension_cluster.other (id int)",
          "TRUNCATE alga_extension_cluster.trigger",
          "SELECT FROM alga_extension_cluster.cluster_runner_migrations"
        ]) {
          assert.strictEqual(yield* asLogin(refused(statement)), "42501", statement)
        }
      }),
    300_000
  )
})
