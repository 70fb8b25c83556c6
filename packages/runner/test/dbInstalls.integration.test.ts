import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { importingComponent } from "@alga-psa/ext-adapters-wit/testing/ImportingComponent"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { bundlePath } from "../src/BundleStore.ts"
import { db } from "../src/commands/db.ts"
import type { InstallFinding } from "../src/InstallsCheck.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { buildFixtureComponent } from "../testing/Extensions.ts"
import { temporary } from "../testing/Temporary.ts"

const bundle = (component: Uint8Array | undefined, page = false) =>
  pack({
    "manifest.json": JSON.stringify(manifest),
    "dist/main.wasm": component,
    ...(page ? { "ui/index.html": "<!doctype html>" } : {})
  })

interface Case {
  readonly declared?: ReadonlyArray<string>
  readonly granted?: ReadonlyArray<string>
  readonly archive: Uint8Array
  /** What the store holds instead: other bytes, or nothing. */
  readonly stored?: Uint8Array | null
  readonly change?: { readonly is_enabled?: boolean; readonly version_id?: string }
  readonly suspended?: boolean
  readonly host?: string
  readonly ui?: boolean
  readonly sealedBy?: string
}

const reads = ["cap:client.read", "cap:service.read"]

const setting = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const folder = yield* temporary
  const admin = Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  yield* admin(Fixture.createTables)
  const installs = new Map<string, string>()

  const install = Effect.fnUntraced(function* (name: string, given: Case) {
    const own = freshTenant()
    const hash = sha256(given.archive)
    const { declared = reads, granted = declared, stored = given.archive } = given
    const made = own.install(declared, { granted_caps: granted, ...given.change })
    const extension_bundle = [{ id: crypto.randomUUID(), version_id: made.versionId, content_hash: `sha256:${hash}` }]
    const tenants = own.rows.tenants.map((row) => ({
      ...row,
      ...(given.suspended ? { suspended_at: "2026-01-01" } : {})
    }))
    const { extension_version, ...rest } = made.rows
    const versions = given.change?.version_id === undefined ? extension_version : []
    const rows = {
      ...own.rows,
      ...rest,
      extension_version: versions,
      extension_bundle: versions.length > 0 ? extension_bundle : [],
      tenants
    }
    yield* admin(Fixture.load(rows))
    const statements = [
      ...(given.host === undefined
        ? []
        : [`UPDATE tenant_extension_install SET runner_domain = '${given.host}' WHERE id = '${made.id}'`]),
      ...(given.ui === true
        ? [`UPDATE extension_version SET ui = '{"type": "iframe"}' WHERE id = '${made.versionId}'`]
        : []),
      ...(given.sealedBy === undefined
        ? []
        : [
            `INSERT INTO tenant_extension_install_secrets (install_id, tenant_id, ciphertext, algorithm)
             VALUES ('${made.id}', '${own.tenant}', 'x', '${given.sealedBy}')`
          ])
    ]
    yield* admin(
      Effect.flatMap(PgClient.PgClient, (sql) => Effect.forEach(statements, (text) => sql.unsafe(text).unprepared))
    )
    if (stored !== null) {
      const file = join(folder, bundlePath({ tenant: own.tenant, extension: made.extensionId, hash }))
      yield* Effect.promise(async () => {
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, stored)
      })
    }
    installs.set(made.id, name)
    return made
  })

  const check = (env: Readonly<Record<string, string>> = {}, ...flags: ReadonlyArray<string>) =>
    commandRun(db)(["db", "installs", "check", ...flags], {
      DATABASE_ADMIN_URL: url,
      BUNDLE_STORE_BASE: folder,
      ...env
    })

  /** What was found, by the names of the cases. */
  const found = Effect.fnUntraced(function* (env: Record<string, string> = {}) {
    const { code, errors, out } = yield* check(env, "--json")
    const findings = out.map((line): InstallFinding => JSON.parse(line))
    const named = new Map(findings.map((finding) => [installs.get(finding.install) ?? finding.install, finding]))
    return { code, errors, findings: named }
  })
  return { install, check, found }
})

describe("db installs check", () => {
  it.live(
    "finds each kind of trouble before a user does, and what is no trouble, and ends well where nothing would fail",
    () =>
      Effect.gen(function* () {
        const { check, found, install } = yield* setting
        const component = yield* Effect.promise(() => buildFixtureComponent("asked"))
        const [good, page, pageAlone, wasi, broken] = yield* Effect.promise(() =>
          Promise.all([
            bundle(component),
            bundle(component, true),
            bundle(undefined, true),
            importingComponent("wasi:cli/stderr@0.2.3").then((component) => bundle(component)),
            bundle(new Uint8Array([1, 2, 3]))
          ])
        )
        const scheduling = [...reads, "cap:scheduler.manage"]
        const cases: Readonly<Record<string, Case & { readonly told: ReadonlyArray<RegExp> }>> = {
          good: { archive: good, told: [] },
          "names without cap": { archive: good, declared: [...reads, "http.fetch"], told: [] },
          "new in a version": {
            archive: good,
            granted: ["cap:client.read"],
            told: [/^declared and not granted: cap:service.read; see db grants$/]
          },
          "from before grants": {
            archive: good,
            granted: [],
            told: [/^declared and not granted: cap:client.read, cap:service.read;/]
          },
          "built with WASI": {
            archive: wasi,
            told: [/imports wasi:cli\/stderr,.* build it again without WASI/]
          },
          "no component": { archive: broken, told: [/not a WebAssembly component/] },
          "not in the store": {
            archive: good,
            stored: null,
            told: [/^no such bundle at tenants\/.*\/bundle\.tar\.zst$/]
          },
          "other bytes": { archive: good, stored: wasi, told: [/do not have this content hash/] },
          "closed port": {
            archive: good,
            declared: scheduling,
            told: [/^scheduler is closed here: STORAGE_API_BASE_URL/]
          },
          "page on its host": {
            archive: page,
            ui: true,
            host: "one.apps.example.com",
            told: [/^its page has a host of its own: set /]
          },
          "page that is missing": { archive: good, ui: true, told: [/^its version names a page/] },
          vault: {
            archive: good,
            declared: [...reads, "cap:secrets.get"],
            sealedBy: " Vault-Transit/v1",
            told: [/^its secrets are sealed by Vault: set VAULT_ADDR$/]
          },
          "vault, for its routes": {
            archive: good,
            declared: [...reads, "cap:ui.proxy"],
            sealedBy: "vault-transit",
            told: [/^ui-proxy is closed here: /, /^its secrets are sealed by Vault: set VAULT_ADDR$/]
          }
        }
        yield* install("page alone", { archive: pageAlone, ui: true, declared: [] })
        assert.strictEqual((yield* found()).code, 0)
        const without = yield* check({ BUNDLE_STORE_BASE: "" })
        assert.deepStrictEqual([without.code, /BUNDLE_STORE_BASE is not set/.test(without.errors)], [2, true])
        for (const [name, given] of Object.entries(cases)) yield* install(name, given)
        yield* install("switched off", { archive: good, stored: null, change: { is_enabled: false } })
        yield* install("suspended", { archive: good, stored: null, suspended: true })

        const { code, errors, findings } = yield* found()
        assert.deepStrictEqual([...findings.keys()].sort(), ["page alone", ...Object.keys(cases)].sort())
        assert.deepStrictEqual(findings.get("page alone")?.problems, [])
        for (const [name, { told }] of Object.entries(cases)) {
          const problems = findings.get(name)?.problems ?? []
          assert.lengthOf(problems, told.length, `${name}: ${problems.join("; ")}`)
          for (const [i, text] of told.entries()) assert.match(problems[i] ?? "", text)
        }
        const wrong = Object.values(cases).filter(({ told }) => told.length > 0).length
        assert.deepStrictEqual(
          [code, errors],
          [1, `alga-extension-runner: ${wrong} of ${findings.size} installs would not work as they do now\n`]
        )
        assert.deepInclude(findings.get("good"), { component: "accepted", page: false, notes: [] })
        assert.includeMembers([...(findings.get("good")?.open ?? [])], ["clients", "services", "logging"])
        assert.notInclude([...(findings.get("good")?.open ?? [])], "scheduler")
        assert.deepInclude(findings.get("page alone"), { component: "none", page: true, startKib: null })
        assert.deepStrictEqual(findings.get("names without cap")?.notes, [
          "declares unknown names, which are ignored: http.fetch"
        ])

        const mended = yield* found({
          EXT_UI_FRAME_ANCESTORS: "https://app.example.com",
          STORAGE_API_BASE_URL: "https://app.example.com",
          RUNNER_STORAGE_API_TOKEN: "token",
          UI_PROXY_BASE_URL: "https://app.example.com",
          VAULT_ADDR: "https://vault.example.com"
        })
        for (const name of ["page on its host", "closed port", "vault", "vault, for its routes"]) {
          assert.deepStrictEqual(mended.findings.get(name)?.problems, [], name)
        }
        const small = yield* check({ ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB: "1" })
        const table = small.out.join("\n")
        assert.match(table, /^tenant +install +extension +component +MiB +page +would fail +open/)
        assert.include(table, "build it again without WASI")
        assert.match(
          table,
          new RegExp(`^${findings.get("good")?.install}: it starts with \\d+ MiB of memory: ALGA_EXTENSION`, "m")
        )
      }),
    300_000
  )
})
