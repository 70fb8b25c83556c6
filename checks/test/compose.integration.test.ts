import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { chown, copyFile, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type DedicatedServer, dedicatedServer } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { root } from "../src/documents/Pages.ts"
import { type Place, runScript, type Started, start } from "../src/documents/Shell.ts"

interface Service {
  readonly command: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
}

const compose = join(root, "deploy/compose")
const { services } = parse(await readFile(join(compose, "compose.yaml"), "utf8")) as {
  readonly services: Readonly<Record<"first" | "postgres" | "prepare" | "schema" | "runner", Service>>
}

const scope = Scope.makeUnsafe()
let server: DedicatedServer
let folder = ""
const tls = () => join(folder, "tls")
const secrets = () => join(folder, "secrets")

const on = <A>(url: string, use: Effect.Effect<A, unknown, PgClient.PgClient>) =>
  Effect.runPromise(Effect.provide(use, PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))

const statements = (url: string, ...texts: ReadonlyArray<string>) =>
  on(
    url,
    Effect.flatMap(PgClient.PgClient, (sql) =>
      Effect.forEach(texts, (text) => sql.unsafe<Record<string, unknown>>(text).unprepared)
    )
  )

/** What `first` does, for a server on this machine. */
const first = () => {
  const user = String(process.getuid?.() ?? 0)
  const { port } = new URL(server.url)
  execFileSync("sh", [join(compose, "first.sh"), tls(), secrets(), user, user, "localhost", port], { stdio: "pipe" })
}

/** The settings of a service, with the folders, the server and the port of this test. */
const placeOf = (name: "prepare" | "schema" | "runner"): Place => {
  const { port } = new URL(server.url)
  const env = Object.fromEntries(
    Object.entries(services[name].environment).map(([setting, value]) => [
      setting,
      setting.endsWith("_HOST") ? "localhost" : value.replace(/^\/(secrets|tls|bundles)/, `${folder}/$1`)
    ])
  )
  const here = {
    DATABASE_PORT: port,
    IDEMPOTENCY_DATABASE_PORT: port,
    EXT_CACHE_ROOT: join(folder, "cache"),
    PORT: "0"
  }
  return { folder: root, env: name === "runner" ? { ...env, ...here } : env }
}

const done = async (script: string, name: "prepare" | "schema") => {
  const ended = await runScript(script, placeOf(name))
  assert.strictEqual(ended.code, 0, `${script}\n${ended.stdout}\n${ended.stderr}`)
  return ended.stdout
}

beforeAll(async () => {
  server = await Effect.runPromise(Scope.provide(dedicatedServer, scope))
  folder = await mkdtemp(join(tmpdir(), "alga-compose-"))
  for (const name of ["tls", "secrets", "bundles"]) await mkdir(join(folder, name))
  first()
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(folder, { recursive: true, force: true })
})

const textOf = (...path: ReadonlyArray<string>) => readFile(join(folder, ...path), "utf8")

/** What the container of PostgreSQL does as it starts: TLS by the certificate, the owner, the login of the keys. */
const startPostgres = async () => {
  const { gid, uid } = await stat(server.dataDir)
  for (const name of ["server.crt", "server.key"]) {
    await copyFile(join(tls(), name), join(server.dataDir, name))
    await chown(join(server.dataDir, name), uid, gid)
  }
  const password = (await textOf("secrets", "admin")).trim()
  await statements(
    server.url,
    "ALTER SYSTEM SET ssl = on",
    "SELECT pg_reload_conf()",
    `CREATE ROLE alga LOGIN SUPERUSER PASSWORD '${password}'`,
    "CREATE DATABASE alga OWNER alga TEMPLATE template0 ENCODING 'UTF8'"
  )
  await expect.poll(() => statements(server.url, "SHOW ssl")).toEqual([[{ ssl: "on" }]])
  const script = await readFile(join(compose, "keys.sh"), "utf8")
  const [, sql = ""] = /<<'SQL'\n([\s\S]*)^SQL$/m.exec(script) ?? []
  const keys = (await textOf("secrets", "keys")).trim()
  const database = new URL(server.url)
  database.pathname = "/alga"
  await statements(
    database.href,
    ...sql
      .replaceAll(":'password'", `'${keys}'`)
      .split(";\n")
      .filter((text) => text.trim() !== "")
  )
}

describe("The compose file's services, without containers", () => {
  it("have certificates and secrets that are made once, and fit each other", async () => {
    const names = ["admin", "reader", "keys", "token"].map((name) => ["secrets", name])
    const made = [...names, ["tls", "ca.crt"], ["tls", "server.crt"], ["tls", "server.key"]]
    const before = await Promise.all(made.map((path) => textOf(...path)))
    first()
    assert.deepEqual(await Promise.all(made.map((path) => textOf(...path))), before)
    assert.lengthOf(new Set(before), before.length)
    const [ca, certificate] = (await Promise.all([textOf("tls", "ca.crt"), textOf("tls", "server.crt")])).map(
      (text) => new X509Certificate(text)
    )
    assert.isTrue(ca?.ca)
    assert.isTrue(certificate?.verify(ca?.publicKey as never))
    assert.strictEqual(certificate?.checkHost("localhost"), "localhost")
    assert.isUndefined(certificate?.checkHost("elsewhere"))
    for (const [path, mode] of [
      ["secrets/admin", 0o600],
      ["secrets/keys", 0o640],
      ["tls/server.key", 0o600]
    ] as const) {
      assert.strictEqual((await stat(join(folder, path))).mode & 0o777, mode, path)
    }
  })

  it("prepare a database and run, by a login that reads, over TLS, and may all be started again", {
    timeout: 600_000
  }, async () => {
    await startPostgres()
    const prepare = "node packages/development-host/scripts/prepare.ts"
    assert.match(await done(prepare, "prepare"), /prepared: sha256:/)
    assert.match(await done(prepare, "prepare"), /stays as it is/)
    const [schema = ""] = services.schema.command
    assert.match(schema, /db role .*&&\n.*db apply/)
    assert.match(await done(schema, "schema"), /may read (\d+) of the \1 columns/)
    await done(schema, "schema")

    let serving: Started | undefined
    try {
      serving = start("node packages/runner/src/main.ts serve", placeOf("runner"))
      const lines = await serving.until(/"the runner is ready"/)
      const { address } = JSON.parse(lines.at(-1) ?? "").annotations
      assert.include(lines.join("\n"), '"sslmode":"verify-full"')
      // A part that does not answer within 2 seconds counts as away, and is asked again.
      const ready = async () => (await fetch(`${address}/readyz`)).json()
      await expect.poll(ready).toMatchObject({ status: "ready" })
      const logins = () =>
        statements(
          server.url,
          "SELECT DISTINCT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename LIKE 'alga%' ORDER BY 1"
        )
      // The sessions of the commands before may still be ending.
      await expect.poll(logins).toEqual([
        [
          { usename: "alga_ext_keys", ssl: true },
          { usename: "alga_ext_reader", ssl: true }
        ]
      ])
      const token = (await textOf("secrets", "token")).trim()
      const refused = await fetch(`${address}/v1/execute`, { method: "POST" })
      const known = await fetch(`${address}/v1/execute`, {
        method: "POST",
        headers: { "x-runner-service-token": token }
      })
      assert.deepEqual([refused.status, known.status === 401], [401, false])
    } finally {
      await serving?.interrupt()
    }
  })
})
