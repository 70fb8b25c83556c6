import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { layer } from "../src/PgPorts.ts"
import { layerServer } from "../src/PgServer.ts"
import { readTables } from "../src/ReadColumns.ts"
import * as ReaderRole from "../src/ReaderRole.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { portCalls } from "./portCalls.ts"
import { as, dropped, freshRole, reader, refusal } from "./reader.ts"

const tenant = TenantId.make("11111111-1111-4111-8111-111111111111")

/** A new database with the tables. */
const tables = Effect.tap(testDatabase, (url) => Effect.provide(createTables, layerAdmin(url)))

const administering = (url: Redacted.Redacted, ...statements: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.forEach(statements, (statement) => sql.unsafe(statement).unprepared, { discard: true })
  ).pipe(Effect.provide(layerAdmin(url)))

/** The SQLSTATE that each statement is refused with, by a client with the given default. */
const refusals = (url: Redacted.Redacted, readOnly: "on" | "off", statements: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.forEach(statements, (statement) =>
      Effect.map(refusal(sql.unsafe(statement).unprepared), (state) => [statement, state])
    )
  ).pipe(
    Effect.provide(
      PgClient.layer({ url, maxConnections: 1, startupParameters: { default_transaction_read_only: readOnly } })
    )
  )

const everyone = (statements: ReadonlyArray<string>, state: string) => statements.map((statement) => [statement, state])

const writes = [
  "INSERT INTO clients (tenant, client_name) VALUES (gen_random_uuid(), 'x')",
  "UPDATE clients SET client_name = 'x'",
  "DELETE FROM clients",
  "TRUNCATE clients",
  "CREATE TABLE mine (id int)",
  "CREATE INDEX mine ON clients (client_name)",
  "ALTER TABLE clients DISABLE ROW LEVEL SECURITY",
  "GRANT SELECT ON clients TO PUBLIC"
]

const reads = [
  "SELECT hashed_password FROM users",
  "SELECT two_factor_secret FROM users",
  "SELECT * FROM clients",
  "SELECT notes FROM clients",
  "SELECT ciphertext FROM tenant_extension_install_secrets",
  "SELECT id FROM extension_registry",
  "SELECT client_name FROM tenants",
  "SELECT price_id FROM service_prices",
  "SELECT value FROM other.secrets",
  "SELECT rolpassword FROM pg_authid",
  "SELECT pg_read_file('/etc/hostname')"
]

const escapes = (role: string) => [
  "SET ROLE postgres",
  "SET SESSION AUTHORIZATION postgres",
  "SELECT set_config('role', 'postgres', false)",
  "SELECT set_config('session_authorization', 'postgres', false)",
  `ALTER ROLE ${role} BYPASSRLS`,
  "CREATE ROLE another SUPERUSER",
  "COPY (SELECT 1) TO PROGRAM 'true'",
  "COPY clients (client_name) FROM PROGRAM 'true'",
  "COPY (SELECT 1) TO '/tmp/alga'",
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND pid <> pg_backend_pid()"
]

describe("A password's verifier", () => {
  it.live("is another each time it is set, under another salt, and lets the same password in", () =>
    Effect.gen(function* () {
      const url = yield* tables
      const password = "one password for both"
      const verifiers: Array<string> = []
      for (let at = 0; at < 2; at++) {
        const name = freshRole()
        yield* dropped(url, name)
        yield* Effect.provide(ReaderRole.apply({ name, password: Redacted.make(password) }), layerAdmin(url))
        const login = Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT current_user AS name`)
        const enter = (given: string) =>
          Effect.provide(login, PgClient.layer({ url: as(url, name, given), maxConnections: 1 }))
        assert.deepEqual(yield* enter(password), [{ name }])
        yield* Effect.flip(enter(`${password}!`))
        const stored = Effect.flatMap(
          PgClient.PgClient,
          (sql) =>
            sql<{ readonly verifier: string }>`SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = ${name}`
        )
        verifiers.push(...(yield* Effect.provide(stored, layerAdmin(url))).map(({ verifier }) => verifier))
      }
      const parts = verifiers.map((verifier) =>
        verifier.match(/^SCRAM-SHA-256\$4096:([^$]{24})\$([^:]{44}):(.{44})$/)?.slice(1)
      )
      for (const part of [0, 1, 2]) {
        assert.isString(parts[0]?.[part])
        assert.notStrictEqual(parts[0]?.[part], parts[1]?.[part])
      }
    })
  )
})

describe("The reading login", () => {
  it.live("refuses to write, by its own default", () =>
    Effect.gen(function* () {
      const { url } = yield* reader(yield* tables)
      const found = yield* Effect.forEach(writes, (statement) =>
        Effect.flatMap(PgClient.PgClient, (sql) => refusal(sql.unsafe(statement).unprepared))
      ).pipe(Effect.provide(PgClient.layer({ url, maxConnections: 1 })))
      assert.deepEqual(
        found,
        writes.map(() => "25006")
      )
    })
  )

  it.live("may not write either where the client switches its default off", () =>
    Effect.gen(function* () {
      const { url } = yield* reader(yield* tables)
      assert.deepEqual(yield* refusals(url, "off", writes), everyone(writes, "42501"))
    })
  )

  it.live("may not read a column, a table or a schema beyond its list", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      yield* administering(admin, "CREATE SCHEMA other", "CREATE TABLE other.secrets (value text)")
      const { url } = yield* reader(admin)
      assert.deepEqual(yield* refusals(url, "on", reads), everyone(reads, "42501"))
    })
  )

  it.live("may not become another role, nor reach the server's files and programs", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const login = yield* reader(admin)
      const own = new URL(Redacted.value(admin)).username
      const tricks = escapes(login.name).map((statement) => statement.replaceAll("postgres", own))
      assert.deepEqual(yield* refusals(login.url, "off", tricks), everyone(tricks, "42501"))
    })
  )

  it.live("may create temporary tables only where everybody may, which is found and can be closed", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const login = yield* reader(admin)
      const create = ["CREATE TEMPORARY TABLE mine (id int)"]
      assert.deepEqual(yield* refusals(login.url, "on", create), everyone(create, "25006"))
      const [remedy] = login.privileges.beyond.flatMap((finding) => finding.match(/REVOKE .*/) ?? [])
      assert.match(remedy ?? "", /^REVOKE TEMPORARY ON DATABASE test_\w+ FROM PUBLIC$/)
      yield* administering(admin, remedy ?? "")
      assert.deepEqual(yield* refusals(login.url, "off", create), everyone(create, "42501"))
      assert.deepEqual(yield* Effect.provide(ReaderRole.check(login.name), layerAdmin(admin)), {
        missing: [],
        beyond: []
      })
    })
  )

  it.live("has what every call of the ports needs", () =>
    Effect.gen(function* () {
      const login = yield* reader(yield* tables)
      const ports = Layer.provide(layer, layerServer({ url: login.url }))
      yield* Effect.provide(
        Effect.forEach(portCalls(tenant), (call) => call, { concurrency: 8 }),
        ports
      )
      assert.deepEqual(login.privileges.missing, [])
    })
  )

  it.live("has no column that no call of the ports needs", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const login = yield* reader(admin)
      const columns = readTables.flatMap(({ table, columns }) => columns.map((column) => [table, column] as const))
      const fails = Effect.isFailure(Effect.forEach(portCalls(tenant), (call) => call, { concurrency: 16 }))
      const superfluous = yield* Effect.filter(columns, ([table, column]) =>
        Effect.gen(function* () {
          yield* administering(admin, `REVOKE SELECT (${column}) ON ${table} FROM ${login.name}`)
          const needed = yield* fails
          yield* administering(admin, `GRANT SELECT (${column}) ON ${table} TO ${login.name}`)
          return !needed
        })
      ).pipe(Effect.provide(Layer.provide(layer, layerServer({ url: login.url }))))
      assert.deepEqual(superfluous, [])
    })
  )

  it.live("has settings and limits of its own, and no attribute but LOGIN", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const login = yield* reader(admin, { connectionLimit: 7 })
      const [role] = yield* Effect.flatMap(
        PgClient.PgClient,
        (sql) => sql`
          SELECT rolcanlogin, rolinherit, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
            rolconnlimit, rolconfig
          FROM pg_roles WHERE rolname = ${login.name}`
      ).pipe(Effect.provide(layerAdmin(admin)))
      assert.deepEqual(role, {
        rolcanlogin: true,
        rolinherit: false,
        rolsuper: false,
        rolcreatedb: false,
        rolcreaterole: false,
        rolreplication: false,
        rolbypassrls: false,
        rolconnlimit: 7,
        rolconfig: [
          "default_transaction_read_only=on",
          "statement_timeout=5000ms",
          "idle_in_transaction_session_timeout=10s",
          "search_path=public"
        ]
      })
    })
  )
})

describe("Making the reading login", () => {
  it.live("again takes away what it was given in between, and keeps its password", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const group = freshRole()
      yield* dropped(admin, group)
      const login = yield* reader(admin)
      yield* administering(
        admin,
        `CREATE ROLE ${group}`,
        `GRANT ${group} TO ${login.name}`,
        `GRANT ALL ON clients TO ${login.name}`,
        `GRANT SELECT (hashed_password) ON users TO ${login.name}`,
        `GRANT CREATE ON SCHEMA public TO ${login.name}`,
        `GRANT TEMPORARY ON DATABASE ${new URL(Redacted.value(admin)).pathname.slice(1)} TO ${login.name}`,
        "CREATE SCHEMA other",
        "CREATE SEQUENCE other.numbers",
        `GRANT USAGE ON SCHEMA other TO ${login.name}`,
        `GRANT USAGE ON SEQUENCE other.numbers TO ${login.name}`,
        `ALTER ROLE ${login.name} BYPASSRLS CREATEDB INHERIT`,
        `ALTER ROLE ${login.name} SET work_mem = '1GB'`
      )
      const before = yield* Effect.provide(ReaderRole.check(login.name), layerAdmin(admin))
      assert.isAbove(before.beyond.length, login.privileges.beyond.length + 3)
      const after = yield* Effect.provide(ReaderRole.apply({ name: login.name }), layerAdmin(admin))
      assert.deepEqual(after, login.privileges)
      const found = yield* refusals(login.url, "off", ["SELECT client_id FROM clients", "DELETE FROM clients"])
      assert.deepEqual(
        found.map(([, state]) => state),
        [null, "42501"]
      )
      const [role] = yield* Effect.flatMap(
        PgClient.PgClient,
        (sql) => sql`
          SELECT rolbypassrls OR rolcreatedb OR rolinherit AS more, rolconfig::text LIKE '%work_mem%' AS set,
            (SELECT count(*)::int4 FROM pg_auth_members WHERE member = pg_roles.oid) AS groups
          FROM pg_roles WHERE rolname = ${login.name}`
      ).pipe(Effect.provide(layerAdmin(admin)))
      assert.deepEqual(role, { more: false, set: false, groups: 0 })
    })
  )

  it.live("tells of rights on what is yet to be created, which it leaves to whoever granted them", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const login = yield* reader(admin)
      yield* administering(admin, `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${login.name}`)
      const { beyond } = yield* Effect.provide(ReaderRole.apply({ name: login.name }), layerAdmin(admin))
      assert.match(beyond.join(), /it gets rights on what \w+ will create/)
    })
  )

  it.live("refuses a role that somebody else made, and leaves it as it is", () =>
    Effect.gen(function* () {
      const admin = yield* tables
      const name = freshRole()
      yield* dropped(admin, name)
      yield* administering(admin, `CREATE ROLE ${name} LOGIN CREATEDB`, `GRANT INSERT ON clients TO ${name}`)
      const error = yield* Effect.flip(Effect.provide(ReaderRole.apply({ name }), layerAdmin(admin)))
      assert.strictEqual((error as { readonly sqlState?: string }).sqlState, "42710")
      assert.include(error.message, "choose another name")
      const { beyond } = yield* Effect.provide(ReaderRole.check(name), layerAdmin(admin))
      assert.include(beyond.join("\n"), "it may write to public.clients")
    })
  )

  it.live("changes nothing where it cannot do everything", () =>
    Effect.gen(function* () {
      const admin = yield* testDatabase
      const name = freshRole()
      const error = yield* Effect.flip(Effect.provide(ReaderRole.apply({ name }), layerAdmin(admin)))
      assert.include(error.message, "42P01")
      const missing = yield* Effect.flip(Effect.provide(ReaderRole.check(name), layerAdmin(admin)))
      assert.include(missing.message, "there is no such role")
    })
  )

  it.live("works for an administrator who is no superuser and owns the tables", () =>
    Effect.gen(function* () {
      const superuser = yield* testDatabase
      const owner = freshRole()
      const name = freshRole()
      yield* dropped(superuser, owner)
      yield* dropped(superuser, name)
      const database = new URL(Redacted.value(superuser)).pathname.slice(1)
      yield* administering(
        superuser,
        `CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'owner'`,
        `ALTER DATABASE ${database} OWNER TO ${owner}`,
        `ALTER SCHEMA public OWNER TO ${owner}`
      )
      const admin = as(superuser, owner, "owner")
      yield* Effect.provide(createTables, layerAdmin(admin))
      const password = Redacted.make("a password of ASCII")
      const first = yield* Effect.provide(ReaderRole.apply({ name, password }), layerAdmin(admin))
      assert.deepEqual(first.missing, [])
      assert.deepEqual(yield* Effect.provide(ReaderRole.apply({ name }), layerAdmin(admin)), first)
      const own = freshTenant()
      yield* Effect.provide(load(own.rows), layerAdmin(admin))
      const rows = yield* Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT tenant FROM tenants`).pipe(
        Effect.provide(layerServer({ url: as(superuser, name, "a password of ASCII") }))
      )
      assert.deepEqual(rows, [{ tenant: own.tenant }])
    })
  )

  it("prints what it would run, and no password", () => {
    const printed = ReaderRole.script({ name: freshRole() })
    assert.match(printed, /^BEGIN;\n/)
    assert.include(printed, "GRANT SELECT (tenant, suspended_at) ON public.tenants TO reader_")
    assert.match(printed, /COMMIT;\n-- .*\\password reader_\w+$/)
  })
})
