import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { AccessRecord } from "@alga-psa/ext-domain"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { access as accessCommand } from "../src/commands/access.ts"
import { db } from "../src/commands/db.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { program } from "../testing/Program.ts"
import { type Serving, serveSetting } from "../testing/ServeProgram.ts"
import { temporary } from "../testing/Temporary.ts"
import { otlpReceiver } from "./support/OtlpReceiver.ts"
import { byLogin, statements, testRole } from "./support/TestRole.ts"

const password = "a-password-of-this-test"
const accessToken = "an-access-token-of-this-test"
const marker = "Evergreenish search text"

type Settings = Readonly<Record<string, string>>

/** Runs a command to its end. */
const run = (args: ReadonlyArray<string>, env: Settings) => commandRun(args[0] === "db" ? db : accessCommand)(args, env)

const done = (args: ReadonlyArray<string>, env: Settings) =>
  Effect.tap(run(args, env), ({ code, errors }) => Effect.sync(() => assert.strictEqual(code, 0, errors)))

/** A database with the product's tables and those of access records, and a runner that keeps them. */
const setting = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const serving = yield* serveSetting(url)
  const [writer, reader] = [yield* testRole(url), yield* testRole(url)]
  yield* statements(url, ...[writer, reader].map((name) => `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`))
  const admin = { DATABASE_ADMIN_URL: url }
  yield* done(["db", "access", "apply", "--writer", writer, "--reader", reader], admin)
  yield* done(["db", "access", "check"], admin)
  const reads = { DATABASE_ACCESS_READER_URL: byLogin(url, reader, password) }
  const access = (...args: ReadonlyArray<string>) => run(["access", ...args], reads)
  return { ...serving, url, admin, reads, access, keeps: { DATABASE_ACCESS_URL: byLogin(url, writer, password) } }
})

/** One for all tests but those that count or erase records: they have one of their own. */
class Setting extends Context.Service<Setting, Effect.Success<typeof setting>>()("access/Setting") {}

const listing = ["list", "--tenant", ids.tenants.acme, "--format", "json"]

const end = ({ run: running }: Serving, signal: "SIGTERM" | "SIGKILL" = "SIGTERM") =>
  Effect.promise(async () => {
    running.signal(signal)
    const lines = await Array.fromAsync(running.lines)
    return { lines: lines.map((line) => JSON.parse(line)), code: (await running.ended).code }
  })

/** An attribute of OTLP as a field. */
const plain = ({ key, value }: { readonly key: string; readonly value: object }) => [key, Object.values(value)[0]]

const decode = Schema.decodeUnknownSync(AccessRecord, { onExcessProperty: "error" })

/** The fields of a record among those of a log line. */
const pick = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.keys(AccessRecord.fields).flatMap((name) => (name in fields ? [[name, fields[name]]] : [])))

layer(Layer.effect(Setting, setting), { excludeTestServices: true, timeout: 240_000 })(
  "Access records of a runner",
  (it) => {
    it.effect(
      "are those of the log lines, are all there when it stops, hold nothing of what was read, and are listed, summed, exported and erased by commands",
      () =>
        Effect.gen(function* () {
          const { access, admin, keeps, reads, serveHere, url } = yield* setting
          const receiver = yield* otlpReceiver
          const sends = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_LOGS_EXPORTER: "otlp" }
          const serving = yield* serveHere({ ...keeps, ...sends })
          yield* serving.execute()
          yield* serving.execute({ path: "/api/clients", query: { search: marker } })
          yield* serving.execute({ user: ids.users.withoutPermission, path: "/api/clients", query: { search: marker } })
          yield* serving.execute({ user: null, trigger: "schedule" })
          const { code, lines } = yield* end(serving)
          yield* receiver.arrived
          assert.strictEqual(code, 0)
          const { rows } = yield* access(...listing)
          const records: ReadonlyArray<AccessRecord> = rows().map((row: unknown) => decode(row))
          const logged = lines
            .filter(({ message }) => (Array.isArray(message) ? message[0] : message) === "host call")
            .map(({ annotations: { traceId: _trace, spanId: _span, ...fields } }) => fields)
          assert.isAtLeast(records.length, 6)
          assert.sameDeepMembers(
            [...records],
            logged.map((fields) => decode(pick(fields)))
          )
          const outcomes = new Set(records.map(({ outcome }) => outcome))
          assert.includeMembers([...outcomes], ["ok", "rbac-denied"])
          const [[installed] = []] = yield* statements(
            url,
            `SELECT version_id AS version FROM tenant_extension_install WHERE id = '${ids.installs.full}'`
          )
          for (const { version } of records) assert.deepStrictEqual({ version }, installed)

          const [dump] = yield* statements(
            url,
            "SELECT string_agg(r::text, '\n') AS text FROM alga_extension_access.access_record AS r"
          )
          const sent = receiver.logs.filter(({ body }) => body.stringValue === "host call")
          assert.sameDeepMembers(
            sent.map(({ attributes }) => JSON.stringify(pick(Object.fromEntries(attributes.map(plain))))),
            records.map((record) => JSON.stringify(record, (_, value) => value ?? undefined))
          )
          const text = JSON.stringify([dump, lines, receiver.logs, receiver.spans])
          const { clients, service_catalog: services, users } = seed({ contentHash: "0".repeat(64) })
          const told = [
            marker,
            ...(clients ?? []).flatMap(({ billing_email, client_name }) => [client_name, billing_email]),
            ...(services ?? []).flatMap(({ description, service_name, sku }) => [service_name, description, sku]),
            ...(users ?? []).flatMap(({ email, last_name }) => [email, last_name])
          ].filter((one): one is string => typeof one === "string" && one.length > 3)
          assert.isAbove(told.length, 20)
          for (const one of told) assert.notInclude(text, one)

          const tenant = ["--tenant", ids.tenants.acme]
          const page = yield* access("list", ...tenant, "--most", "1", "--format", "json")
          assert.lengthOf(page.out, 1)
          const [, after = ""] = /--after (\S+)/.exec(page.errors) ?? []
          assert.notStrictEqual(
            (yield* access("list", ...tenant, "--most", "1", "--after", after)).out.join(),
            page.out.join()
          )
          const all = (yield* access("export", ...tenant, "--format", "csv")).out
          assert.strictEqual(all.length - 1, (yield* access("export", ...tenant, "--format", "json")).out.length)
          const lastWeek = ["summary", ...tenant, "--install", ids.installs.full, "--from", "7 days"]
          const sums = (yield* access(...lastWeek, "--format", "json")).rows()
          assert.deepInclude(
            sums.find(({ operation, user }) => operation === "clients.list" && user === ids.users.admin),
            { calls: 2, outcome: "ok", capability: "cap:client.read" }
          )
          assert.include((yield* access(...lastWeek)).out.join("\n"), "clients.list")
          assert.deepStrictEqual((yield* access("summary", "--tenant", ids.tenants.borealis)).out.length, 2)
          for (const wrong of [
            ["--tenant", "acme"],
            [...tenant, "--from", "soon"],
            [...tenant, "--most", "0"]
          ]) {
            assert.strictEqual((yield* access("list", ...wrong)).code, 2)
          }
          assert.strictEqual((yield* run(["access", ...listing], {})).code, 2)
          assert.include((yield* run(["access", "schema"], {})).out.join(""), "urn:alga-psa:extension-access-record:1")

          const whom = [...tenant, "--user", ids.users.admin]
          assert.strictEqual((yield* run(["db", "access", "erase", ...whom], admin)).code, 2)
          assert.match(
            (yield* done(["db", "access", "erase", ...whom, "--yes"], admin)).out.join(),
            /^\d+ records no longer name/
          )
          assert.lengthOf((yield* access("list", ...whom, "--format", "json")).out, 0)
          assert.strictEqual(
            (yield* run(["db", "access", "erase", ...whom, "--yes"], {
              DATABASE_ADMIN_URL: reads.DATABASE_ACCESS_READER_URL
            })).code,
            1
          )
        }),
      300_000
    )

    it.effect(
      "are answered to whoever has the token, of the tenant that is named alone, and without a token there is no such path",
      () =>
        Effect.gen(function* () {
          const { keeps, reads, serveHere } = yield* Setting
          const {
            execute,
            run: running,
            url
          } = yield* serveHere({
            ...keeps,
            ...reads,
            ALGA_EXTENSION_RUNNER_ACCESS_TOKEN: accessToken,
            // A token of its own: who need not prove to be a caller must still have it.
            RUNNER_SERVICE_TOKEN_CHECK: "off"
          })
          const get = (query: string, token: string | null = accessToken, headers: Settings = {}) =>
            Effect.promise(async () => {
              const authorization: Settings = token === null ? {} : { authorization: `Bearer ${token}` }
              const response = await fetch(`${url}/v1/access${query}`, { headers: { ...authorization, ...headers } })
              const body = await response.text()
              return { status: response.status, body, headers: response.headers }
            })
          const acme = `?tenant=${ids.tenants.acme}`
          yield* execute()
          yield* askUntil(get(acme), ({ body }) => JSON.parse(body).records?.length > 3)
          const place = [1, "2026-02-30T08:00:00.000000Z", ids.installs.full, "1"]
          const thirtieth = Buffer.from(JSON.stringify(place)).toString("base64url")
          for (const token of [null, "wrong", "a-token-of-this-test"]) {
            assert.strictEqual((yield* get(acme, token)).status, 401)
          }
          for (const [query, why] of [
            ["", "tenant is missing"],
            ["?tenant=acme", "tenant must be a UUID"],
            [`${acme}&tenant=${ids.tenants.borealis}`, "a parameter is there twice"],
            [`${acme}&instal=${ids.installs.full}`, "instal"],
            [`${acme}&most=1001`, "most must be 1 to 1000"],
            [`${acme}&after=x`, "after must be the next of an earlier page"],
            [`${acme}&after=${thirtieth}`, "after must be the next of an earlier page"],
            [`${acme}&from=yesterday`, "from must be a time"],
            [`${acme}&from=2026-02-30`, "from must be a time"],
            [`${acme}&until=2025-02-29T08:00:00Z`, "until must be a time"],
            [`${acme}&from=0000-01-01`, "from must be a time"],
            [`${acme}&until=9999-12-31T23:00:00-02:00`, "until must be a time"]
          ] as const) {
            const { body, status } = yield* get(query)
            assert.deepStrictEqual([status, body.includes(why)], [400, true], body)
          }
          for (const day of ["2024-02-29", "1999-12-31", "2026-01-31T08:00:00Z"]) {
            assert.strictEqual((yield* get(`${acme}&from=${day}`)).status, 200)
          }
          const found: Array<AccessRecord> = []
          let after = ""
          do {
            const { body, status } = yield* get(`${acme}&most=2${after}`)
            assert.strictEqual(status, 200)
            const page = JSON.parse(body)
            assert.isAtMost(page.records.length, 2)
            found.push(...page.records.map((record: unknown) => decode(record)))
            after = page.next === null ? "" : `&after=${page.next}`
          } while (after !== "")
          assert.isAbove(found.length, 3)
          assert.isTrue(found.every(({ tenant }) => tenant === ids.tenants.acme))
          const others = yield* get(`?tenant=${ids.tenants.borealis}&install=${ids.installs.full}`)
          assert.deepStrictEqual(JSON.parse(others.body), { records: [], next: null })
          const csv = yield* get(`${acme}&format=csv&most=1`)
          const [head = "", row = ""] = csv.body.split("\r\n")
          assert.deepStrictEqual(head.split(","), Object.keys(AccessRecord.fields))
          assert.include(row, ids.tenants.acme)
          assert.isNotNull(csv.headers.get("x-access-next"))
          assert.strictEqual((yield* get(acme, accessToken, { origin: "https://example.com" })).status, 403)
          yield* Effect.promise(() => running.end())

          const closed = yield* serveHere(reads)
          const gone = yield* Effect.promise(() =>
            fetch(`${closed.url}/v1/access${acme}`, { headers: { authorization: `Bearer ${accessToken}` } })
          )
          assert.strictEqual(gone.status, 404)
        }),
      300_000
    )

    it.effect(
      "that were written stay where it is killed; what waited is lost",
      () =>
        Effect.gen(function* () {
          const { access, keeps, serve } = yield* Setting
          const serving = yield* serve(keeps)
          const listed = Effect.map(access(...listing, "--from", new Date().toISOString()), ({ rows }) =>
            rows().map(({ requestId }: AccessRecord) => requestId)
          )
          yield* serving.execute({}, undefined, { "x-request-id": "written" })
          yield* askUntil(listed, (found) => found.includes("written"))
          yield* serving.execute({}, undefined, { "x-request-id": "waits" })
          yield* end(serving, "SIGKILL")
          const found = yield* listed
          assert.include(found, "written")
          assert.includeMembers(["written", "waits"], found)
        }),
      300_000
    )

    it.effect(
      "are exported whole, and are not asked for any further where nobody reads them any more",
      () =>
        Effect.gen(function* () {
          const { access, reads, url } = yield* Setting
          const tenant = crypto.randomUUID()
          const table = "alga_extension_access.access_record"
          const many = `INSERT INTO ${table} (time, runner, sequence, operation, outcome, tenant_id, duration_ms)
          SELECT now(), gen_random_uuid(), i, 'clients.list', 'ok', '${tenant}', 1
          FROM generate_series(1, 5000) AS i`
          yield* statements(url, many)
          const command = ["export", "--tenant", tenant, "--format", "json"]
          const whole = yield* access(...command)
          assert.deepStrictEqual([whole.code, whole.errors, whole.out.length], [0, "", 5_000])
          const gate = join(yield* temporary, "gate")
          const oneLine = 'read -r line; echo "$line"; read -r line <"$GATE"'
          const running = yield* program(["access", ...command], { ...reads, GATE: gate }, [
            "/bin/bash",
            "-c",
            `mkfifo "$GATE"; "$0" "$@" | { ${oneLine}; }; exit "\${PIPESTATUS[0]}"`,
            process.execPath
          ])
          const first = yield* Effect.promise(() => running.lines.next())
          assert.include(String(first.value), tenant)
          yield* Effect.flatMap(PgClient.PgClient, (sql) =>
            sql.withTransaction(
              Effect.gen(function* () {
                // Whoever asked for another page would wait for ever.
                yield* sql.unsafe(`LOCK TABLE ${table}`).unprepared
                yield* Effect.promise(() => writeFile(gate, "go on\n"))
                const { code, errors } = yield* Effect.promise(() => running.ended)
                assert.deepStrictEqual([code, errors], [0, ""])
              })
            )
          ).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))
        }),
      300_000
    )
  }
)
