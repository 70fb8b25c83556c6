import { ids } from "@alga-psa/ext-adapters-memory"
import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import * as ReaderRole from "@alga-psa/ext-adapters-pg/ReaderRole"
import * as TenantPolicies from "@alga-psa/ext-adapters-pg/TenantPolicies"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { pack, sha256 } from "../testing/Archive.ts"
import { installed } from "../testing/Extensions.ts"
import { serveSetting } from "../testing/ServeProgram.ts"
import { byLogin, testRole } from "./support/TestRole.ts"

const status = (url: string) => Effect.promise(async () => (await fetch(url, { redirect: "manual" })).status)

const password = "a password of a test"

describe("serve as the reading login", () => {
  it.live(
    "answers and serves pages without policies; with them when it names the tenant, and else it finds nothing",
    () =>
      Effect.gen(function* () {
        const url = Redacted.value(yield* testDatabase)
        const administering = Effect.provide(layerAdmin(Redacted.make(url)))
        const { hash, load, serveHere, store } = yield* serveSetting(url)
        const name = yield* testRole(url)
        yield* administering(ReaderRole.apply({ name, password: Redacted.make(password) }))
        const login = { DATABASE_URL: byLogin(url, name, password) }
        const plain = yield* serveHere(login)
        const telling = yield* serveHere({ ...login, DATABASE_ROW_SECURITY: "on" })

        const archive = yield* Effect.promise(() => pack({ "ui/index.html": "<!doctype html><title>Page</title>" }))
        const { extension, rows } = installed(sha256(archive))
        yield* load(rows)
        yield* store({ tenant: ids.tenants.acme, extension, hash: sha256(archive) }, archive)
        const page = `/ext-ui/${extension}/${sha256(archive)}`
        const pages = (at: string) =>
          Effect.all([
            status(`${at}${page}/index.html?tenant=${ids.tenants.acme}`),
            status(`${at}${page}/index.html?tenant=${ids.tenants.borealis}`),
            status(`${at}${page}/index.html`),
            status(`${at}/ext-ui/${ids.extensions.full}/${hash}/assets/absent.js`)
          ])

        const before = yield* plain.execute()
        assert.deepStrictEqual([before.http, before.status, before.error], [200, 200, undefined])
        const expected = { ...before, headers: null }
        assert.deepStrictEqual({ ...(yield* telling.execute()), headers: null }, expected)

        for (const at of [plain.url, telling.url]) assert.deepStrictEqual(yield* pages(at), [200, 404, 200, 404])

        yield* administering(TenantPolicies.apply({ reader: name, unrestricted: [] }))
        assert.deepStrictEqual(yield* pages(telling.url), [200, 404, 200, 404])
        assert.deepStrictEqual({ ...(yield* telling.execute()), headers: null }, expected)
        const metrics = yield* Effect.promise(async () => (await fetch(`${telling.url}/metrics`)).text())
        assert.match(metrics, /^alga_extension_database_wait_seconds_count [1-9]/m)
        const hidden = yield* plain.execute()
        assert.deepStrictEqual([hidden.http, hidden.error], [404, "unknown_install"])
        assert.deepStrictEqual(yield* pages(plain.url), [404, 404, 404, 404])
      }),
    300_000
  )
})
