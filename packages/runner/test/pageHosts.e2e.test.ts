import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { DataSourceError, InstallLookup } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { DatabaseUnfit } from "../src/DatabaseCheck.ts"
import type { Serves } from "../src/internal/http/pageHost.ts"
import { layerUnchecked } from "../src/ServiceToken.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { installed } from "../testing/Extensions.ts"
import { rawRequest } from "./support/rawRequest.ts"
import { CallerBounds, CallersCheck, DatabaseSays, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const rows = layerMemory(seed({ contentHash: "0".repeat(64) }))
const quiet = Layer.provide(layerUnchecked, Logger.layer([]))

/** A runner that checks no token, as it may in a closed network. */
const unchecked = layerTestRunner.pipe(Layer.provide(Layer.succeed(CallersCheck, quiet)), Layer.provideMerge(rows))

const pagesOnly = layerTestRunner.pipe(
  Layer.provide([Layer.succeed(CallersCheck, quiet), Layer.succeed(CallerBounds, { serves: "pages" })]),
  Layer.provideMerge(rows)
)

/** The answer to a request as it is written: status, headers and body. */
const ask = (target: string, headers: Record<string, string> = {}, method = "GET") =>
  Effect.gen(function* () {
    const { url } = yield* TestRunner
    const lines = Object.entries({ host: new URL(url).host, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`
    )
    const answer = yield* rawRequest(url, `${method} ${target} HTTP/1.1\r\nconnection: close\r\n${lines.join("")}\r\n`)
    const [head = "", body = ""] = answer.split(/\r\n\r\n(.*)/s)
    const header = (name: string) => new RegExp(`^${name}: (.*?)\r?$`, "im").exec(head)?.[1] ?? null
    return {
      status: Number(head.split(" ")[1]),
      location: header("location"),
      kept: header("cache-control"),
      body,
      header
    }
  })

const statusOf = (target: string, headers: Record<string, string> = {}, method = "GET") =>
  Effect.map(ask(target, headers, method), ({ status }) => status)

/** The status once the runner is ready: a process of its sandbox may still be starting. */
const statusWhenReady = (target: string, headers: Record<string, string> = {}) =>
  askUntil(statusOf(target, headers), (status) => status !== 503)

/** An install with a page, and a host of its own. */
const published = (tenant = ids.tenants.acme) =>
  Effect.gen(function* () {
    const archive = yield* Effect.promise(() =>
      pack({ "manifest.json": JSON.stringify(manifest), "ui/index.html": "<p>page", "ui/a.js": crypto.randomUUID() })
    )
    const hash = sha256(archive)
    const host = `${crypto.randomUUID()}.pages.example`
    const { extension, install, rows } = installed(hash, [], tenant)
    yield* (yield* MemoryStore).load({
      ...rows,
      tenant_extension_install: rows.tenant_extension_install.map((row) => ({ ...row, runner_domain: host }))
    })
    yield* (yield* TestRunner).store({ tenant, extension, hash }, archive)
    const folder = `/ext-ui/${extension}/sha256:${hash}/`
    const document = `${folder}index.html?tenant=${tenant}&extensionId=${extension}`
    return { document, extension, folder, hash, host, install, tenant }
  })

const change = (install: string, to: object) =>
  Effect.flatMap(MemoryStore, (store) =>
    store.update((all) => ({
      ...all,
      tenant_extension_install: all.tenant_extension_install.map((row) =>
        row.id === install ? { ...row, ...to } : row
      )
    }))
  )

const execute = "/v1/execute"
const forCallers = [execute, "/v1/triggers/x", "/warmup", "/api/internal/ext-clients/install/x", "/absent"]
const forOperators = ["/healthz", "/readyz", "/metrics", "/openapi.json"]

layer(unchecked, { excludeTestServices: true, timeout: 120_000 })("a host that an install owns", (it) => {
  it.effect("moves from its root to the page, with the product's origin", () =>
    Effect.gen(function* () {
      const { document, host } = yield* published()
      for (const name of [host, host.toUpperCase(), `${host}.`, `${host}:8443`, `${host}.:443`]) {
        const moved = yield* ask("/", { host: name })
        assert.deepStrictEqual([moved.status, moved.location, moved.kept], [307, document, "no-store"], name)
      }
      const origin = encodeURIComponent("https://app.example")
      const moved = yield* ask(`/?parentOrigin=${origin}&_h=abc&tenant=${ids.tenants.borealis}`, { host })
      assert.strictEqual(moved.location, `${document}&parentOrigin=${origin}`)
      assert.strictEqual((yield* ask("/", { host }, "HEAD")).location, document)
      assert.strictEqual((yield* ask(moved.location ?? "", { host })).body, "<p>page")
      const odd = yield* ask("/?parentOrigin=%0d%0ax:%20y", { host })
      assert.strictEqual(odd.location, `${document}&parentOrigin=%0D%0Ax%3A+y`)
    })
  )

  it.effect("is the only one that has a root", () =>
    Effect.gen(function* () {
      const { host } = yield* published()
      for (const other of [
        "x.pages.example",
        `x.${host}`,
        host.slice(1),
        "localhost",
        "127.0.0.1",
        "[::1]",
        `${host}..`
      ]) {
        assert.strictEqual(yield* statusOf("/", { host: other }), 404, other)
      }
      assert.strictEqual(yield* statusOf("/"), 404)
    })
  )

  it.effect("serves its install's page without a hint, and no other extension, hash or tenant", () =>
    Effect.gen(function* () {
      const own = yield* published()
      const sibling = yield* published()
      const foreign = yield* published(ids.tenants.borealis)
      const { host } = own
      assert.strictEqual(yield* statusOf(`${own.folder}a.js`, { host }), 200)
      assert.strictEqual(yield* statusOf(`${own.folder}clients/1`, { host }), 200)
      assert.strictEqual(yield* statusOf(`${own.folder}assets/absent.js`, { host }), 404)
      for (const other of [sibling, foreign]) {
        assert.strictEqual(yield* statusOf(`${other.folder}a.js`), 200)
        assert.strictEqual(yield* statusOf(`${other.folder}a.js`, { host }), 404)
        assert.strictEqual(yield* statusOf(other.document, { host }), 404)
        assert.strictEqual(yield* statusOf(`/ext-ui/${own.extension}/${other.hash}/a.js`, { host }), 404)
        assert.strictEqual(yield* statusOf(`/ext-ui/${other.extension}/${own.hash}/a.js`, { host }), 404)
      }
      for (const named of [own.tenant, foreign.tenant]) {
        const expected = named === own.tenant ? 200 : 404
        assert.strictEqual(yield* statusOf(`${own.folder}a.js?tenant=${named}`, { host }), expected)
        assert.strictEqual(yield* statusOf(`${own.folder}a.js`, { host, "x-tenant-id": named }), expected)
      }
    })
  )

  it.effect("has documents that are asked for again each time, and stops as soon as the install is switched off", () =>
    Effect.gen(function* () {
      const { document, folder, host, install } = yield* published()
      const { header, kept } = yield* ask(document, { host })
      assert.strictEqual(kept, "no-cache")
      const etag = { "if-none-match": header("etag") ?? "" }
      assert.strictEqual(yield* statusOf(document, { host, ...etag }), 304)
      for (const off of [{ is_enabled: false }, { is_enabled: true, status: "disabled" }, { runner_domain: null }]) {
        yield* change(install, { status: "enabled", ...off })
        for (const target of ["/", document, `${folder}a.js`]) {
          if (target === "/" || off.runner_domain !== null) {
            assert.strictEqual(yield* statusOf(target, { host, ...etag }), 404, target)
          }
        }
      }
    })
  )

  it.effect("has pages and nothing else, to read and nothing else", () =>
    Effect.gen(function* () {
      const { document, folder, host } = yield* published()
      for (const path of [...forCallers, ...forOperators, "/ext-ui", "/EXT-UI/", "/favicon.ico"]) {
        for (const method of ["GET", "POST", "OPTIONS"]) {
          assert.strictEqual(yield* statusOf(path, { host }, method), 404, `${method} ${path}`)
        }
      }
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
        for (const path of ["/", document, `${folder}a.js`]) {
          assert.strictEqual(yield* statusOf(path, { host }, method), 404, `${method} ${path}`)
        }
      }
      for (const path of forOperators) assert.strictEqual(yield* statusWhenReady(path), 200, path)
      assert.strictEqual(yield* statusOf(execute, {}, "POST"), 400)
    })
  )
})

layer(unchecked, { excludeTestServices: true, timeout: 120_000 })("what is for callers", (it) => {
  it.effect("is refused to browsers, on any host, while pages and what is for operators are not", () =>
    Effect.gen(function* () {
      const { document } = yield* published()
      const browsers = [
        { origin: "https://app.example" },
        { origin: "null" },
        { origin: "" },
        { "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "none" }
      ]
      for (const headers of browsers as ReadonlyArray<Record<string, string>>) {
        for (const path of forCallers) {
          for (const method of ["GET", "POST"]) {
            assert.strictEqual(yield* statusOf(path, headers, method), 403, `${method} ${path}`)
          }
        }
        assert.strictEqual(yield* statusOf(document, headers), 200)
        for (const path of forOperators) assert.strictEqual(yield* statusWhenReady(path, headers), 200, path)
      }
      assert.strictEqual(yield* statusOf(execute, {}, "POST"), 400)
      assert.strictEqual(yield* statusOf("/warmup", {}, "POST"), 400)
    })
  )
})

layer(pagesOnly, { excludeTestServices: true, timeout: 120_000 })("a port for pages alone", (it) => {
  it.effect("has pages and nothing else, on any host", () =>
    Effect.gen(function* () {
      const { document, folder, host } = yield* published()
      assert.strictEqual(yield* statusOf("/", { host }), 307)
      assert.strictEqual(yield* statusOf(document), 200)
      assert.strictEqual(yield* statusOf(`${folder}a.js`), 200)
      assert.strictEqual(yield* statusOf(document, {}, "POST"), 404)
      for (const path of ["/", ...forCallers, ...forOperators]) {
        for (const method of ["GET", "POST"])
          assert.strictEqual(yield* statusOf(path, {}, method), 404, `${method} ${path}`)
      }
    })
  )
})

/** A runner whose look-ups fail, as they do while the database is away. */
const awayServing = (serves: Serves, failureStatus: "http" | "200" = "http") =>
  layerTestRunner.pipe(
    Layer.provide([Layer.succeed(CallersCheck, quiet), Layer.succeed(CallerBounds, { serves, failureStatus })]),
    Layer.provide(
      Layer.mock(InstallLookup, {
        byHost: () =>
          Effect.fail(new DataSourceError({ reason: "unavailable", operation: "InstallLookup.byHost", cause: "away" }))
      })
    ),
    Layer.provideMerge(rows)
  )
const unfit = new DatabaseUnfit({ message: "the table clients is missing", mayNotServe: false })
const away = awayServing("everything")
const awayAndUnfit = away.pipe(Layer.provide(Layer.succeed(DatabaseSays, Effect.fail(unfit))))

layer(awayAndUnfit, { excludeTestServices: true, timeout: 120_000 })("a database that cannot serve", (it) => {
  it.effect("is told of to who asks by address, and not on a host that an install may own", () =>
    Effect.gen(function* () {
      const byAddress = yield* ask("/readyz")
      assert.strictEqual(byAddress.status, 503)
      assert.include(byAddress.body, unfit.message)
      const byName = yield* ask("/readyz", { host: "a.pages.example" })
      assert.strictEqual(byName.status, 503)
      assert.notInclude(byName.body, unfit.message)
    })
  )
})

layer(awayServing("operators"), { excludeTestServices: true, timeout: 120_000 })("a port for operators alone", (it) => {
  it.effect("has their routes and nothing else, on any host, and asks nobody who owns it", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { host: "a.pages.example" }]) {
        for (const path of forOperators) assert.strictEqual(yield* statusWhenReady(path, headers), 200, path)
        for (const path of ["/", "/ext-ui/x/y/z", ...forCallers]) {
          for (const method of ["GET", "POST"])
            assert.strictEqual(yield* statusOf(path, headers, method), 404, `${method} ${path}`)
        }
      }
    })
  )
})

const withoutOperators = layerTestRunner.pipe(
  Layer.provide([Layer.succeed(CallersCheck, quiet), Layer.succeed(CallerBounds, { serves: "no-operators" })]),
  Layer.provideMerge(rows)
)

layer(withoutOperators, { excludeTestServices: true, timeout: 120_000 })("a port beside that of operators", (it) => {
  it.effect("has everything but what says more than that the process answers", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* statusOf("/healthz"), 200)
      for (const path of ["/readyz", "/metrics", "/openapi.json"]) assert.strictEqual(yield* statusOf(path), 404, path)
      assert.strictEqual(yield* statusOf(execute, {}, "POST"), 400)
    })
  )
})

layer(away, { excludeTestServices: true, timeout: 120_000 })("while nobody can say who owns a host", (it) => {
  it.effect("it has probes and nothing else, and what has no name has all", () =>
    Effect.gen(function* () {
      const host = "a.pages.example"
      for (const path of ["/healthz", "/readyz"]) assert.strictEqual(yield* statusWhenReady(path, { host }), 200, path)
      for (const path of ["/", "/ext-ui/x/y/z", "/metrics", "/openapi.json", ...forCallers]) {
        const { body, status } = yield* ask(path, { host })
        assert.strictEqual(status, 503, path)
        assert.include(body, "data_unavailable")
      }
      for (const path of forOperators) assert.strictEqual(yield* statusWhenReady(path), 200, path)
      assert.strictEqual(yield* statusOf(execute, {}, "POST"), 400)
    })
  )

  it.effect("it counts the executions that it refuses for that, and names their requests", () =>
    Effect.gen(function* () {
      const host = "a.pages.example"
      const counted = Effect.map(ask("/metrics"), ({ body }) =>
        Number(/^alga_extension_executions_total\{outcome="data_unavailable"\} (\d+)$/m.exec(body)?.[1])
      )
      const before = yield* counted
      const { body, header, status } = yield* ask(execute, { host, "x-request-id": "one" }, "POST")
      assert.deepStrictEqual([status, header("x-request-id")], [503, "one"])
      assert.include(body, "data_unavailable")
      assert.strictEqual((yield* counted) - before, 1)
      const ofBrowser = { host, origin: `https://${host}` }
      assert.strictEqual(yield* statusOf(execute, ofBrowser, "POST"), 503)
      assert.strictEqual((yield* counted) - before, 1)
    })
  )
})

layer(awayServing("everything", "200"), { excludeTestServices: true, timeout: 120_000 })(
  "while nobody can say who owns a host, and failures have the status 200",
  (it) => {
    it.effect("an execution is refused by the status in its body alone", () =>
      Effect.gen(function* () {
        const { body, status } = yield* ask(execute, { host: "a.pages.example" }, "POST")
        assert.deepStrictEqual(
          [status, JSON.parse(body)],
          [200, { status: 503, headers: {}, error: "data_unavailable" }]
        )
      })
    )
  }
)
