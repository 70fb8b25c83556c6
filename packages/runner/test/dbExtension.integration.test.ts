import { glob, mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { db as command } from "../src/commands/db.ts"
import { execute } from "../src/commands/execute.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { buildFixtureComponent } from "../testing/Extensions.ts"
import { temporary } from "../testing/Temporary.ts"

const { acme, borealis } = ids.tenants
const name = "com.example.new"
const reads = ["cap:client.read", "cap:service.read"]

const tables = [
  "extension_registry",
  "extension_version",
  "extension_bundle",
  "tenant_extension_install",
  "tenant_extension_install_config",
  "tenant_extension_install_secrets"
]

const setting = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const folder = yield* temporary
  const store = join(folder, "bundles")
  yield* Effect.promise(() => mkdir(store))
  const onDatabase = Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  const statements = (...texts: ReadonlyArray<string>) =>
    Effect.flatMap(PgClient.PgClient, (sql) =>
      Effect.forEach(texts, (text) => sql.unsafe<Record<string, unknown>>(text).unprepared)
    ).pipe(onDatabase)
  yield* onDatabase(Effect.andThen(Fixture.createTables, Fixture.load(seed({ contentHash: "0".repeat(64) }))))

  const row = (text: string) => Effect.map(statements(text), ([rows]) => rows?.[0])

  /** Writes a bundle of a page, and of a component where one is given; gives its file and its hash. */
  const bundle = Effect.fnUntraced(function* (
    change: object = {},
    component?: Uint8Array,
    page: object = { "ui/index.html": "x" }
  ) {
    const archive = yield* Effect.promise(() =>
      pack({
        "manifest.json": JSON.stringify({ ...manifest, name, capabilities: reads, ...change }),
        "dist/main.wasm": component,
        ...page
      })
    )
    const file = join(folder, `${sha256(archive)}.tar.zst`)
    yield* Effect.promise(() => writeFile(file, archive))
    return { file, hash: sha256(archive) }
  })

  const settings = { DATABASE_ADMIN_URL: url, BUNDLE_STORE_BASE: store, EXT_CACHE_ROOT: join(folder, "cache") }
  const db = commandRun(command)
  const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
    db(args, { ...settings, ...env })
  const extension = (...args: ReadonlyArray<string>) => run(["db", "extension", ...args])
  /** Of a run that ends well: the object that it prints. */
  const told = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
    const { code, errors, out } = yield* extension(...args, "--json")
    assert.strictEqual(code, 0, errors)
    return JSON.parse(out.join("\n"))
  })
  /** All rows of the tables of extensions, and the paths of the store. */
  const everything = Effect.gen(function* () {
    const rows = yield* statements(
      ...tables.map((table) => `SELECT row_to_json(t) AS row FROM ${table} AS t ORDER BY 1::text`)
    )
    const files = yield* Effect.promise(() => Array.fromAsync(glob("**", { cwd: store })))
    return { rows: rows.map((found) => JSON.stringify(found)).map((text, i) => [tables[i], text]), files: files.sort() }
  })
  return { bundle, everything, extension, row, run, settings, statements, store, told, url }
})

describe("db extension install", () => {
  it.live(
    "shows first what it would grant and changes nothing, installs when told to, and has it run",
    () =>
      Effect.gen(function* () {
        const { bundle, everything, extension, row, settings, told, url } = yield* setting
        const ui = { type: "iframe", entry: "ui/index.html" }
        const endpoints = [{ method: "GET", path: "/api/clients", handler: "dist/main" }]
        const { file, hash } = yield* bundle(
          { ui, api: { endpoints }, capabilities: [...reads, "cap:made.up"] },
          yield* Effect.promise(() => buildFixtureComponent("reads"))
        )
        const before = yield* everything
        const shown = yield* extension("install", file, "--tenant", acme)
        assert.strictEqual(shown.code, 0, shown.errors)
        assert.match(shown.out.join("\n"), /^would install: com\.example\.new 1\.0\.0 by Example, for /)
        assert.include(shown.out.join("\n"), "grants     cap:client.read, cap:service.read\n")
        assert.include(shown.out.join("\n"), "unknown    cap:made.up")
        assert.include(shown.errors, "nothing was changed; add --yes to write this")
        assert.deepStrictEqual(yield* everything, before)

        const made = yield* told("install", file, "--tenant", acme, "--domain", "new.apps.example.com", "--yes")
        assert.deepInclude(made, { state: "new", from: null, grants: reads, contentHash: hash, written: true })
        const version = yield* row(`SELECT * FROM extension_version WHERE registry_id = '${made.extension}'`)
        const bundleRow = yield* row("SELECT * FROM extension_bundle WHERE size_bytes IS NOT NULL")
        const installed = yield* row(`SELECT * FROM tenant_extension_install WHERE id = '${made.install}'`)
        assert.deepInclude(version, {
          version: "1.0.0",
          runtime: "wasm-js@1",
          main_entry: "ui/index.html",
          api: { endpoints },
          api_endpoints: endpoints,
          ui,
          capabilities: [...reads, "cap:made.up"]
        })
        assert.deepInclude(bundleRow, {
          version_id: version?.["id"],
          content_hash: `sha256:${hash}`,
          storage_url: null
        })
        assert.deepInclude(installed, {
          tenant_id: acme,
          registry_id: made.extension,
          granted_caps: reads,
          is_enabled: true,
          status: "enabled",
          runner_domain: "new.apps.example.com"
        })
        assert.deepStrictEqual(
          (yield* everything).files.filter((path) => path.endsWith(".zst")),
          [`tenants/${acme}/extensions/${made.extension}/sha256/${hash}/bundle.tar.zst`]
        )

        const install = ["--extension", made.extension, "--install", made.install, "--content-hash", hash]
        const answer = yield* commandRun(execute)(
          ["execute", "--tenant", acme, ...install, "--user", ids.users.admin, "--path", "/clients", "--json"],
          {
            ...settings,
            DATABASE_URL: url,
            RUNNER_SERVICE_TOKEN: "a-token-of-this-test",
            // It does not fail because the machine is busy.
            ALGA_EXTENSION_RUNNER_LIMIT_TIMEOUT_MS: "300000"
          }
        )
        assert.strictEqual(answer.code, 0, answer.errors)
        assert.strictEqual(JSON.parse(answer.text).status, 200)
      }),
    300_000
  )

  it.live(
    "leaves nothing behind where it fails half-way, in the database or in the store",
    () =>
      Effect.gen(function* () {
        const { bundle, everything, run, statements, extension, store } = yield* setting
        const { file } = yield* bundle()
        yield* statements(
          "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$",
          `CREATE CONSTRAINT TRIGGER late AFTER INSERT ON tenant_extension_install DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION late()`
        )
        const before = yield* everything
        const late = yield* extension("install", file, "--tenant", acme, "--yes")
        assert.strictEqual(late.code, 1)
        assert.match(late.errors, /install com\.example\.new: too late \(P0001\)/)
        assert.deepStrictEqual(yield* everything, before)

        // Nobody knows what a server kept that went away as it was to keep it: the bundle stays, and the next run takes it over.
        yield* statements(
          "CREATE OR REPLACE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        const gone = yield* extension("install", file, "--tenant", acme, "--yes")
        assert.strictEqual(gone.code, 1)
        const after = yield* everything
        assert.deepStrictEqual(after.rows, before.rows)
        assert.lengthOf(
          after.files.filter((path) => path.endsWith(".zst")),
          1
        )
        yield* Effect.promise(() => rm(join(store, "tenants"), { recursive: true }))
        yield* statements("DROP FUNCTION late() CASCADE")

        yield* Effect.promise(() => writeFile(join(store, "tenants"), "in the way"))
        const { files, rows } = yield* everything
        const blocked = yield* extension("install", file, "--tenant", acme, "--yes")
        assert.strictEqual(blocked.code, 1)
        assert.match(blocked.errors, /cannot put tenants\/.*: the bundle store is unavailable: .*; nothing was changed/)
        assert.deepStrictEqual(yield* everything, { files, rows })

        const nowhere = yield* run(["db", "extension", "install", file, "--tenant", acme], { BUNDLE_STORE_BASE: "" })
        assert.deepStrictEqual([nowhere.code, /BUNDLE_STORE_BASE is not set/.test(nowhere.errors)], [2, true])
      }),
    300_000
  )

  it.live(
    "wants the login that owns the tables, a tenant that is there and not suspended, and a bundle that a runner takes",
    () =>
      Effect.gen(function* () {
        const { bundle, everything, extension, run, statements, url } = yield* setting
        const { file } = yield* bundle()
        const reader = `reader_${crypto.randomUUID().replaceAll("-", "")}`
        yield* Effect.addFinalizer(() => Effect.orDie(statements(`DROP OWNED BY ${reader}`, `DROP ROLE ${reader}`)))
        const made = yield* run(["db", "role", "--name", reader, "--apply"], {
          DATABASE_READER_PASSWORD: "a password of a test"
        })
        assert.strictEqual(made.code, 0, made.errors)
        yield* statements(
          `UPDATE tenants SET suspended_at = now(), suspended_reason = 'tenant_cancelled' WHERE tenant = '${borealis}'`
        )
        const before = yield* everything

        const login = new URL(url)
        login.username = reader
        login.password = "a password of a test"
        const asReader = yield* run(["db", "extension", "install", file, "--tenant", acme, "--yes"], {
          DATABASE_ADMIN_URL: login.href
        })
        assert.strictEqual(asReader.code, 1)
        assert.match(asReader.errors, /permission denied|read-only transaction/)
        const other = { DATABASE_ADMIN_URL: "", DATABASE_URL: url }
        const without = yield* run(["db", "extension", "install", file, "--tenant", acme, "--yes"], other)
        assert.deepStrictEqual([without.code, /DATABASE_ADMIN_URL is not set/.test(without.errors)], [2, true])

        const broken = yield* bundle({}, Buffer.from("no component"))
        const pageless = yield* bundle(
          { ui: { type: "iframe", entry: "ui/index.html" } },
          yield* Effect.promise(() => buildFixtureComponent("reads")),
          {}
        )
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, number, RegExp]> = [
          [[file, "--tenant", "00000000-0000-4000-8000-00000000dead"], 1, /there is no tenant 0{8}/],
          [[file, "--tenant", borealis], 1, /is suspended/],
          [[file, "--tenant", "acme"], 2, /must be a UUID/],
          [[file, "--tenant", acme, "--domain", "new.apps.example.com:8080"], 2, /must be a host name/],
          [[broken.file, "--tenant", acme], 1, /not a WebAssembly component/],
          [[pageless.file, "--tenant", acme], 1, /ui\/index\.html is not there/],
          [[join(file, "nothing"), "--tenant", acme], 2, /cannot be read/]
        ]
        for (const [args, code, said] of cases) {
          const refused = yield* extension("install", ...args, "--yes")
          assert.match(refused.errors + refused.out.join(), said)
          assert.strictEqual(refused.code, code, String(said))
        }
        assert.deepStrictEqual(yield* everything, before)
      }),
    300_000
  )
})

describe("db extension uninstall", () => {
  it.live(
    "takes away one tenant's install and its bundles alone, and with the last one everything",
    () =>
      Effect.gen(function* () {
        const { bundle, everything, extension, statements, told } = yield* setting
        const before = yield* everything
        const [one, two] = [yield* bundle(), yield* bundle({ version: "1.1.0" })]
        const first = yield* told("install", one.file, "--tenant", acme, "--yes")
        yield* told("install", two.file, "--tenant", acme, "--yes")
        const other = yield* told("install", one.file, "--tenant", borealis, "--yes")
        yield* statements(
          `INSERT INTO tenant_extension_install_config (install_id, tenant_id) VALUES ('${first.install}', '${acme}')`,
          `INSERT INTO tenant_extension_install_secrets (install_id, tenant_id, ciphertext) VALUES ('${first.install}', '${acme}', 'x')`
        )
        const installed = yield* everything
        const shown = yield* extension("uninstall", name, "--tenant", acme)
        assert.match(
          shown.out.join("\n"),
          /^would remove: install .*\nbundles {4}2 of .*\nextension .* stays: other tenants/
        )
        assert.include(shown.errors, "nothing was changed")
        assert.deepStrictEqual(yield* everything, installed)

        assert.deepInclude(yield* told("uninstall", name, "--tenant", acme, "--yes"), {
          install: first.install,
          last: false
        })
        const left = yield* everything
        assert.deepStrictEqual(
          left.files.filter((path) => path.endsWith(".zst")),
          [`tenants/${borealis}/extensions/${other.extension}/sha256/${one.hash}/bundle.tar.zst`]
        )
        assert.notInclude(JSON.stringify(left.rows.slice(3)), first.install)
        assert.include(JSON.stringify(left.rows), other.install)

        const again = yield* extension("uninstall", name, "--tenant", acme, "--yes")
        assert.deepStrictEqual([again.code, again.out], [0, []])
        assert.include(again.errors, "nothing to do")
        assert.deepStrictEqual(yield* everything, left)

        yield* told("uninstall", other.extension, "--tenant", borealis, "--yes")
        assert.deepStrictEqual(yield* everything, before)
      }),
    300_000
  )

  it.live(
    "keeps the install where its bundle cannot be removed",
    () =>
      Effect.gen(function* () {
        const { bundle, everything, run, told } = yield* setting
        const { file } = yield* bundle()
        yield* told("install", file, "--tenant", acme, "--yes")
        const before = yield* everything
        const away = yield* run(["db", "extension", "uninstall", name, "--tenant", acme, "--yes"], {
          BUNDLE_STORE_BASE: "http://127.0.0.1:2/bundles"
        })
        assert.strictEqual(away.code, 1)
        assert.match(away.errors, /cannot remove tenants\/.*ECONNREFUSED.*; no row was changed; run it again/)
        assert.deepStrictEqual(yield* everything, before)
      }),
    300_000
  )
})
