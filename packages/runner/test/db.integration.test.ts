import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { db as command } from "../src/commands/db.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { type Program, program } from "../testing/Program.ts"
import { temporary } from "../testing/Temporary.ts"
import { byLogin, statements, testRole } from "./support/TestRole.ts"

type Settings = Readonly<Record<string, string>>

const db = commandRun(command)

/** Runs the command to its end. */
const run = (args: ReadonlyArray<string>, env: Settings) => db(["db", ...args], env)

/** As {@link run}, of a run that has to end well. */
const done = (args: ReadonlyArray<string>, env: Settings) =>
  Effect.tap(run(args, env), ({ code, errors }) => Effect.sync(() => assert.strictEqual(code, 0, errors)))

const administering = (url: string) => Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))

/** A new database with the tables, and the settings to administer it. */
const database = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  yield* administering(url)(Fixture.createTables)
  return { url, env: { DATABASE_ADMIN_URL: url } }
})

/** Runs while a transaction is open that wrote to the clients' table, for whose end a build waits. */
const whileWritten = <A, E, R>(url: string, use: Effect.Effect<A, E, R>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql.withTransaction(Effect.andThen(sql`UPDATE clients SET notes = 'written'`, use))
  ).pipe(administering(url))

/** Waits until there are so many builds, and all of them wait for others. One that waits looks up from time to time. */
const buildsWaiting = (url: string, count: number) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql<{ readonly waits: boolean }>`
      SELECT wait_event_type IS NOT DISTINCT FROM 'Lock' AS waits FROM pg_stat_activity
      WHERE query LIKE 'CREATE INDEX%' AND datname = current_database() AND state = 'active'`.pipe(
      Effect.repeat({
        until: (found) => found.length === count && found.every(({ waits }) => waits),
        schedule: Schedule.spaced("20 millis")
      })
    )
  ).pipe(administering(url))

/** Ends when the program's build waits. */
const buildWaits = (url: string, running: Program) =>
  buildsWaiting(url, 1).pipe(
    Effect.raceFirst(
      Effect.flatMap(
        Effect.promise(() => running.ended),
        ({ errors }) => Effect.die(new Error(errors))
      )
    )
  )

const states = (rows: ReadonlyArray<{ readonly state: string }>) => [...new Set(rows.map(({ state }) => state))]

describe("db without its own login", () => {
  it.live(
    "fails and says what to set, and takes no other login",
    () =>
      Effect.gen(function* () {
        const { url } = yield* database
        const { code, errors, out } = yield* run(["plan"], { DATABASE_URL: url })
        assert.deepEqual([code, out], [2, []])
        assert.include(errors, "DATABASE_ADMIN_URL is not set")
      }),
    300_000
  )

  it.live(
    "shows no password when it cannot connect, nor of an address that is none",
    () =>
      Effect.gen(function* () {
        const refused = yield* run(["plan"], { DATABASE_ADMIN_URL: "postgres://admin:hidden@127.0.0.1:1/none" })
        const invalid = yield* run(["plan"], { DATABASE_ADMIN_URL: "mysql://admin:hidden@127.0.0.1:1/none" })
        const file = join(yield* temporary, "hidden")
        const absent = yield* run(["plan"], { DATABASE_ADMIN_URL_FILE: file })
        assert.match(absent.errors, /^alga-extension-runner: DATABASE_ADMIN_URL_FILE names a file that is not there/)
        yield* Effect.promise(() => writeFile(file, "postgres://admin:hidden@127.0.0.1:1/none\n"))
        const named = yield* run(["plan"], { DATABASE_ADMIN_URL_FILE: file })
        assert.match(named.errors, /ECONNREFUSED 127\.0\.0\.1:1\n$/)
        assert.notInclude(absent.errors + named.errors, "hidden")
        assert.deepEqual([refused.code, invalid.code], [1, 2])
        assert.include(refused.errors, "ECONNREFUSED")
        assert.include(invalid.errors, "DATABASE_ADMIN_URL is not the address of a PostgreSQL server")
        assert.notInclude(refused.errors + invalid.errors, "hidden")
      }),
    300_000
  )
})

describe("db by the settings for all databases", () => {
  it.live(
    "takes no other sslmode from its URL, and takes what the settings file says",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const [plain, same] = [`${url}?sslmode=disable`, `${url}?sslmode=require`]
        const two = yield* run(["plan"], { DATABASE_ADMIN_URL: plain, DATABASE_SSLMODE: "verify-full" })
        const problem = "DATABASE_ADMIN_URL has another sslmode than DATABASE_SSLMODE: remove one of them"
        assert.deepEqual([two.code, two.errors], [2, `alga-extension-runner: ${problem}\n`])
        const file = join(yield* temporary, "settings.json")
        yield* Effect.promise(() =>
          writeFile(file, JSON.stringify({ DATABASE_SSLMODE: "require", BUNDLE_STORE_BASE: "/none" }))
        )
        const named = { ALGA_EXTENSION_RUNNER_CONFIG: file }
        for (const { code, errors } of [
          yield* run(["plan"], { ...env, ...named }),
          yield* run(["plan"], { DATABASE_ADMIN_URL: same, ...named }),
          yield* run(["installs", "check", "--config", file], env)
        ]) {
          assert.strictEqual(code, 1)
          assert.include(errors, "the server does not support TLS")
        }
        const unlike = yield* run(["plan"], { DATABASE_ADMIN_URL: plain, ...named })
        assert.deepEqual([unlike.code, unlike.errors], [2, two.errors])
        yield* done(["plan"], { ...env, ...named, DATABASE_SSLMODE: "disable" })
      }),
    300_000
  )
})

describe("db plan, apply, check and drop", () => {
  it.live(
    "show, build, confirm and drop the indexes",
    () =>
      Effect.gen(function* () {
        const { env } = yield* database
        const planned = (yield* done(["plan", "--json"], env)).rows()
        assert.deepEqual(states(planned), ["missing"])
        assert.isTrue(planned.every(({ serves, definition }) => serves !== "" && definition.startsWith("public.")))
        const before = yield* run(["check"], env)
        assert.strictEqual(before.code, 1)
        assert.match(before.errors, /(\d+) of \1 indexes are not in place: alga_ext_.*; run db apply/)
        const applied = yield* done(["apply"], env)
        assert.match(applied.out[0] ?? "", /^index +state +size +for$/)
        assert.include(applied.errors, `${planned[0].index}: built`)
        yield* done(["check"], env)
        const dropped = yield* done(["drop", "--json"], env)
        assert.deepEqual(states(dropped.rows()), ["missing"])
      }),
    300_000
  )

  it.live(
    "tell once a second how far a build is, and go on where an interrupted run stopped",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const stopped = Effect.gen(function* () {
          const running = yield* program(["db", "apply"], env)
          yield* buildWaits(url, running)
          yield* Effect.promise(() => running.said(/^alga_ext_\w+: \d+ s, waiting for writers before build/m))
          const code = yield* Effect.promise(() => running.end("SIGINT"))
          // What the server has not given up yet would go on as soon as it may.
          yield* buildsWaiting(url, 0)
          return code
        })
        assert.strictEqual(yield* whileWritten(url, stopped), 130)
        assert.include(states((yield* done(["plan", "--json"], env)).rows()), "invalid")
        assert.deepEqual(states((yield* done(["apply", "--json"], env)).rows()), ["present"])
      }),
    300_000
  )
})

describe("db role", () => {
  it.live(
    "prints SQL that makes the login, without a database",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const name = yield* testRole(url)
        const printed = yield* run(["role", "--name", name, "--print"], {
          DATABASE_READER_PASSWORD: "never to be shown"
        })
        assert.strictEqual(printed.code, 0)
        const script = printed.out.join("\n")
        assert.notInclude(script, "never to be shown")
        const pieces = script.match(/(?:\$alga\$[^$]*\$alga\$|[^;])+;/g) ?? []
        assert.strictEqual((yield* run(["role", "--name", name, "--check"], env)).code, 1)
        yield* statements(url, ...pieces)
        yield* done(["role", "--name", name, "--check"], env)
      }),
    300_000
  )

  it.live(
    "makes the login with its password, shows neither, and confirms it",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const name = yield* testRole(url)
        const password = "a password of a test"
        const made = yield* run(["role", "--name", name, "--apply", "--json"], {
          ...env,
          DATABASE_READER_PASSWORD: password
        })
        assert.strictEqual(made.code, 0)
        assert.notInclude(made.out.join() + made.errors, password)
        assert.deepEqual(made.rows()[0].missing, [])
        assert.deepEqual(
          yield* Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT client_id FROM clients`).pipe(
            administering(byLogin(url, name, password))
          ),
          []
        )
        yield* done(["role", "--name", name, "--check"], env)
        yield* statements(url, `REVOKE SELECT (tag_text) ON tag_definitions FROM ${name}`)
        const lacking = yield* run(["role", "--name", name, "--check"], env)
        assert.strictEqual(lacking.code, 1)
        assert.include(lacking.out, "missing: tag_definitions.tag_text")
      }),
    300_000
  )

  it.live(
    "wants a good password, a plain name, and to be told one thing to do",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const name = yield* testRole(url)
        const short = yield* run(["role", "--name", name, "--apply"], { ...env, DATABASE_READER_PASSWORD: "tiny one" })
        assert.strictEqual(short.code, 2)
        assert.include(short.errors, "DATABASE_READER_PASSWORD must be 12 to 256")
        assert.notInclude(short.errors, "tiny one")
        const quoted = yield* run(["role", "--name", 'x"; DROP TABLE clients', "--print"], env)
        assert.deepEqual([quoted.code, quoted.out.join().includes("DROP TABLE")], [2, false])
        const both = yield* run(["role", "--name", name, "--print", "--apply"], env)
        assert.strictEqual(both.code, 2)
        assert.include(both.errors, "use exactly one of --print, --apply, --check")
      }),
    300_000
  )
})

describe("db policies", () => {
  it.live(
    "are refused while they would hide rows, and are applied, confirmed and dropped",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const [reader, app] = [yield* testRole(url), yield* testRole(url)]
        yield* done(["role", "--name", reader, "--apply"], env)
        yield* statements(url, `CREATE ROLE ${app}`, `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${app}`)
        const refused = yield* run(["policies", "apply", "--reader", reader], env)
        assert.strictEqual(refused.code, 1)
        assert.include(refused.errors, `these roles would no longer see any row: ${app}`)
        const whom = ["--reader", reader, "--unrestricted", app]
        assert.strictEqual((yield* run(["policies", "check", ...whom], env)).code, 1)
        const applied = yield* done(["policies", "apply", "--json", ...whom], env)
        assert.deepEqual(states(applied.rows()), ["applied"])
        yield* done(["policies", "check", ...whom], env)
        assert.strictEqual((yield* run(["policies", "check", "--reader", reader], env)).code, 1)
        yield* done(["policies", "drop"], env)
        assert.deepEqual(states((yield* done(["policies", "plan", "--json", ...whom], env)).rows()), ["missing"])
      }),
    300_000
  )
})

describe("db grants", () => {
  it.live(
    "lists what was not granted, shows what it would write, writes it when told to, and takes it away",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const own = freshTenant()
        const { id, rows } = own.install(["cap:client.read", "cap:service.read"], { granted_caps: ["cap:client.read"] })
        yield* administering(url)(Fixture.load({ ...own.rows, ...rows }))
        const found = yield* run(["grants", "check", "--json"], env)
        assert.deepEqual(
          [found.code, found.rows()[0].install, found.rows()[0].capabilities],
          [1, id, ["cap:service.read"]]
        )
        assert.include(found.errors, "1 installs declare more than they were granted")
        const asked = ["--capability", "cap:service.read", "--all"]
        const shown = yield* done(["grants", "apply", "--json", ...asked], env)
        assert.deepEqual(states(shown.rows()), ["would change"])
        assert.include(shown.errors, "nothing was changed; add --yes to write this")
        assert.strictEqual((yield* run(["grants", "check"], env)).code, 1)
        assert.deepEqual(states((yield* done(["grants", "apply", "--json", "--yes", ...asked], env)).rows()), [
          "changed"
        ])
        yield* done(["grants", "check"], env)
        yield* done(["grants", "revoke", "--yes", "--capability", "cap:client.read", "--install", id], env)
        const revoked = yield* run(["grants", "check", "--json"], env)
        assert.deepEqual(revoked.rows()[0].capabilities, ["cap:client.read"])
      }),
    300_000
  )

  it.live(
    "says of what it took away how often it was used, declared or not, where there are access records",
    () =>
      Effect.gen(function* () {
        const { env, url } = yield* database
        const own = freshTenant()
        const { id, rows } = own.install(["cap:client.read"], { granted_caps: ["cap:client.read", "cap:http.fetch"] })
        yield* administering(url)(Fixture.load({ ...own.rows, ...rows }))
        const asked = ["--json", "--capability", "cap:http.fetch", "--install", id]
        const unknown = yield* done(["grants", "revoke", ...asked], env)
        assert.deepEqual(unknown.rows()[0].executions, { "cap:http.fetch": null })
        const [writer, reader] = [yield* testRole(url), yield* testRole(url)]
        yield* statements(url, ...[writer, reader].map((name) => `CREATE ROLE ${name}`))
        yield* done(["access", "apply", "--writer", writer, "--reader", reader], env)
        const checked = yield* done(["grants", "check", "--json"], env)
        assert.deepEqual(
          checked
            .rows()[0]
            .grants.map(({ capability, state }: { capability: string; state: string }) => [capability, state]),
          [
            ["cap:client.read", "unused"],
            ["cap:http.fetch", "undeclared"]
          ]
        )
        assert.include((yield* done(["grants", "check"], env)).errors, "1 grants were not used in 30 days")
        const revoked = yield* done(["grants", "revoke", "--yes", ...asked], env)
        assert.deepEqual([states(revoked.rows()), revoked.rows()[0].executions], [["changed"], { "cap:http.fetch": 0 }])
      }),
    300_000
  )

  it.live(
    "wants known capabilities, and either installs or all of them",
    () =>
      Effect.gen(function* () {
        const env = { DATABASE_ADMIN_URL: "postgres://nobody@nowhere.invalid/none" }
        const some = ["--capability", "cap:client.read"]
        const install = ["--install", "00000000-0000-4000-8000-000000000000"]
        for (const wrong of [some, [...some, "--all", ...install]]) {
          const { code, errors } = yield* run(["grants", "apply", ...wrong], env)
          assert.deepEqual([code, /name the installs with --install, or use --all/.test(errors)], [2, true])
        }
        for (const name of ["client.read", "cap:user.read"]) {
          assert.strictEqual((yield* run(["grants", "apply", "--capability", name, "--all"], env)).code, 2)
        }
        assert.strictEqual((yield* run(["grants", "apply", "--all"], env)).code, 2)
      }),
    300_000
  )
})
