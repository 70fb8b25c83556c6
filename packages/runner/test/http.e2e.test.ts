import { ids, layerAccess, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { AccessReader } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { AccessDoor } from "../src/Access.ts"
import { apiOf, endpointsOf, openApi } from "../src/Api.ts"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { rawRequest } from "./support/rawRequest.ts"
import { CallerBounds, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const setting = layerTestRunner.pipe(Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) }))))

const get = (path: string, init: RequestInit = {}) =>
  Effect.flatMap(TestRunner, ({ url }) =>
    Effect.promise(async () => {
      const response = await fetch(url + path, { redirect: "manual", ...init })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
  )

const json = (text: string): Record<string, unknown> => JSON.parse(text)

/** What the server sends for these bytes, until it closes the connection. */
const raw = (bytes: string) => Effect.flatMap(TestRunner, ({ url }) => rawRequest(url, bytes))

const page = {
  "manifest.json": JSON.stringify(manifest),
  "dist/main.wasm": "component",
  "ui/index.html": "<!doctype html><title>Page</title>",
  "ui/assets/app.js": "export {}",
  "ui/assets/a b.svg": "<svg/>",
  "ui/data.bin": "x",
  "secret.txt": "not a file of the page",
  "ui/../escape.html": "escape"
}

const switchOff = (install: string) =>
  Effect.flatMap(MemoryStore, (store) =>
    store.update((rows) => ({
      ...rows,
      tenant_extension_install: rows.tenant_extension_install.map((row) =>
        row.id === install ? { ...row, is_enabled: false } : row
      )
    }))
  )

/** An installed extension with a page; gives where it is served. */
const published = (change: "none" | "nobody-has-it" = "none") =>
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const store = yield* MemoryStore
    const archive = yield* Effect.promise(() => pack({ ...page, "ui/nonce": crypto.randomUUID() }))
    const hash = sha256(archive)
    const { extension, install, rows } = installed(hash)
    if (change === "none") yield* store.load(rows)
    yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
    const bare = `/ext-ui/${extension}/${hash}`
    return { bare, of: (path: string) => `${bare}${path}?tenant=${ids.tenants.acme}`, extension, hash, install }
  })

/** One that no test changes. */
class Page extends Context.Service<Page, Effect.Success<ReturnType<typeof published>>>()("test/Page") {}

const withPage = Layer.provideMerge(Layer.effect(Page, published()), setting)

layer(withPage, { excludeTestServices: true, timeout: 120_000 })("GET /ext-ui", (it) => {
  it.effect(
    "serves a page's files with their types under a policy, documents to be asked for again and the rest to be kept for ever",
    () =>
      Effect.gen(function* () {
        const { of } = yield* Page
        const types = {
          "/index.html": "text/html; charset=utf-8",
          "/": "text/html; charset=utf-8",
          "/assets/app.js": "text/javascript; charset=utf-8",
          "/assets/a%20b.svg": "image/svg+xml; charset=utf-8",
          "/data.bin": "application/octet-stream"
        }
        for (const [path, type] of Object.entries(types)) {
          const { headers, status } = yield* get(of(path))
          assert.deepStrictEqual([status, headers.get("content-type")], [200, type], path)
          const kept = type.startsWith("text/html") ? "no-cache" : "public, max-age=31536000, immutable"
          assert.strictEqual(headers.get("cache-control"), kept)
          assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
          assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
          assert.deepStrictEqual(headers.get("content-security-policy")?.split("; "), [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self'",
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'"
          ])
        }
        assert.strictEqual((yield* get(`${of("/assets/app.js")}&v=1`)).text, "export {}")
      })
  )

  it.effect("names a file by its content, and sends it only once to who has it", () =>
    Effect.gen(function* () {
      const { of } = yield* Page
      const first = yield* get(of("/index.html"))
      const etag = first.headers.get("etag") ?? ""
      assert.strictEqual(etag, `"${sha256(Buffer.from(first.text))}"`)
      const again = yield* get(of("/index.html"), { headers: { "if-none-match": `"x", W/${etag}` } })
      assert.deepStrictEqual([again.status, again.text, again.headers.get("etag")], [304, "", etag])
      for (const name of ["content-security-policy", "x-content-type-options", "referrer-policy"]) {
        assert.isNotNull(first.headers.get(name), name)
        assert.strictEqual(again.headers.get(name), first.headers.get(name), name)
      }
      const other = yield* get(of("/index.html"), { headers: { "if-none-match": '"other"' } })
      assert.strictEqual(other.status, 200)
      const head = yield* get(of("/index.html"), { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.text], [200, ""])
      assert.strictEqual(head.headers.get("content-length"), String(first.text.length))
    })
  )

  it.effect("sends a part of a file to who asks for one, and all of it where they have another one's part", () =>
    Effect.gen(function* () {
      const { of } = yield* Page
      const whole = yield* get(of("/index.html"))
      const [etag, size] = [whole.headers.get("etag") ?? "", whole.text.length]
      const asking = (headers: Record<string, string>) => get(of("/index.html"), { headers })
      const part = yield* asking({ range: "bytes=2-5", "if-range": etag })
      assert.deepStrictEqual([part.status, part.text], [206, whole.text.slice(2, 6)])
      assert.strictEqual(part.headers.get("content-range"), `bytes 2-5/${size}`)
      assert.strictEqual(part.headers.get("content-length"), "4")
      for (const name of ["etag", "content-type", "content-security-policy", "cache-control"]) {
        assert.strictEqual(part.headers.get(name), whole.headers.get(name), name)
      }
      const other = yield* asking({ range: "bytes=2-5", "if-range": '"other"' })
      assert.deepStrictEqual([other.status, other.text], [200, whole.text])
      const outside = yield* asking({ range: `bytes=${size}-` })
      assert.deepStrictEqual([outside.status, outside.headers.get("content-range")], [416, `bytes */${size}`])
      assert.strictEqual(outside.headers.get("cache-control"), "no-store")
    })
  )

  it.effect("serves nothing beside the page, whatever the path", () =>
    Effect.gen(function* () {
      const { extension, hash, of } = yield* Page
      const paths = [
        "/assets/absent.js",
        "/../manifest.json",
        "/%2e%2e/manifest.json",
        "/..%2fsecret.txt",
        "/%2e%2e%2fescape.html",
        "/assets/../index.html%00",
        "/%zz",
        "//index.html",
        "/%00",
        "/..%5csecret.txt"
      ]
      for (const path of [...paths, "/manifest.json"]) {
        const answer = yield* raw(`GET ${of(path)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
        if (paths.includes(path)) assert.match(answer, /^HTTP\/1\.1 404 /, path)
        assert.notMatch(answer, /not a file|escape"|wasm-js/)
      }
      for (const path of [`${extension}/${"0".repeat(64)}`, `x/${hash}`, `${extension}/x`]) {
        assert.strictEqual((yield* get(`/ext-ui/${path}/?tenant=${ids.tenants.acme}`)).status, 404)
      }
    })
  )

  it.effect("takes a path that names no file as the page's document, which is then never kept", () =>
    Effect.gen(function* () {
      const { of } = yield* Page
      const document = yield* get(of("/index.html"))
      for (const path of ["/clients/1", "/absent.js", "/clients/", "/manifest.json", "/assets"]) {
        const { headers, status, text } = yield* get(of(path), {
          headers: { "if-none-match": document.headers.get("etag") ?? "" }
        })
        assert.deepStrictEqual([status, text, headers.get("cache-control")], [200, document.text, "no-store"], path)
        assert.isNull(headers.get("etag"), path)
        assert.strictEqual(headers.get("content-security-policy"), document.headers.get("content-security-policy"))
      }
    })
  )

  it.effect("takes the tenant from the query or a header, and from no two that disagree", () =>
    Effect.gen(function* () {
      const { bare } = yield* Page
      const { acme, borealis } = ids.tenants
      const status = (query: string, headers: Record<string, string> = {}) =>
        Effect.map(get(`${bare}/data.bin${query}`, { headers }), (it) => it.status)
      assert.strictEqual(yield* status(`?tenant=${acme}`), 200)
      assert.strictEqual(yield* status(`?tenant=${borealis}`), 404)
      assert.strictEqual(yield* status(`?tenant=${acme}&tenant=${borealis}`), 404)
      assert.strictEqual(yield* status("?tenant=x"), 404)
      for (const name of ["x-tenant-id", "x-alga-tenant"]) {
        assert.strictEqual(yield* status("", { [name]: acme }), 200)
        assert.strictEqual(yield* status("", { [name]: borealis }), 404)
        assert.strictEqual(yield* status("", { [name]: "x" }), 404)
        assert.strictEqual(yield* status(`?tenant=${acme}`, { [name]: acme }), 200)
        assert.strictEqual(yield* status(`?tenant=${acme}`, { [name]: borealis }), 404)
        assert.strictEqual(yield* status(`?tenant=${borealis}`, { [name]: acme }), 404)
      }
      assert.strictEqual(yield* status("", { "x-tenant-id": acme, "x-alga-tenant": borealis }), 404)
    })
  )

  it.effect("serves a page to who names no tenant while one has that version enabled", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get(`${(yield* published("nobody-has-it")).bare}/data.bin`)).status, 404)
      const { bare, extension, install } = yield* published()
      assert.strictEqual((yield* get(`${bare}/data.bin`)).status, 200)
      const other = (yield* published()).hash
      assert.strictEqual((yield* get(`/ext-ui/${extension}/${other}/data.bin`)).status, 404)
      yield* switchOff(install)
      assert.strictEqual((yield* get(`${bare}/data.bin`)).status, 404)
    })
  )

  it.effect("serves a page only while the tenant has that version enabled", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get((yield* published("nobody-has-it")).of("/index.html"))).status, 404)
      const { install, of } = yield* published()
      assert.strictEqual((yield* get(of("/index.html"))).status, 200)
      yield* switchOff(install)
      assert.strictEqual((yield* get(of("/index.html"))).status, 404)
    })
  )
})

layer(setting, { excludeTestServices: true, timeout: 120_000 })("POST /warmup", (it) => {
  it.effect("takes a bundle in ahead of its first execution, and says why it cannot", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const archive = yield* Effect.promise(() => buildFixture("trap"))
      const hash = sha256(archive)
      const extension = crypto.randomUUID()
      yield* runner.store({ tenant: ids.tenants.acme, extension: extension as never, hash }, archive)
      const warm = (body: object, token: string | null = runner.token) =>
        get("/warmup", {
          method: "POST",
          headers: { "content-type": "application/json", ...(token === null ? {} : { [serviceTokenHeader]: token }) },
          body: JSON.stringify(body)
        })
      const good = { tenant_id: ids.tenants.acme, extension_id: extension, content_hash: `sha256:${hash}` }
      const ready = yield* warm(good)
      assert.deepStrictEqual([ready.status, json(ready.text)], [200, { status: "ok", content_hash: `sha256:${hash}` }])
      assert.strictEqual((yield* warm(good, null)).status, 401)
      assert.strictEqual((yield* warm({ ...good, tenant_id: "x" })).status, 400)
      const { "dist/main.wasm": _, ...pageOnly } = page
      for (const [files, status] of [
        [pageOnly, 200],
        [{ "manifest.json": page["manifest.json"] }, 502]
      ] as const) {
        const archive = yield* Effect.promise(() => pack(files))
        yield* runner.store({ tenant: ids.tenants.acme, extension: extension as never, hash: sha256(archive) }, archive)
        const warmed = yield* warm({ ...good, content_hash: sha256(archive) })
        assert.strictEqual(warmed.status, status, warmed.text)
      }
      const absent = yield* warm({ ...good, tenant_id: ids.tenants.borealis })
      assert.deepStrictEqual([absent.status, json(absent.text)["error"]], [502, "bundle_fetch_failed: no such bundle"])
    })
  )
})

layer(setting, { excludeTestServices: true, timeout: 120_000 })("routes for operators", (it) => {
  it.effect("say what is ready", () =>
    Effect.gen(function* () {
      // A process of its sandbox may still be starting, and a check is given up where a busy machine takes two seconds for it.
      const { status, text } = yield* askUntil(get("/readyz"), ({ text }) => json(text)["status"] === "ready")
      assert.deepStrictEqual(json(text), {
        status: "ready",
        checks: { accepting: "ok", database: "ok", store: "ok", components: "ok", sandbox: "ok" }
      })
      assert.strictEqual(status, 200)
    })
  )

  it.effect("give the metrics in the Prometheus format", () =>
    Effect.gen(function* () {
      yield* get("/v1/execute", { method: "POST", body: "{}", headers: { "content-type": "application/json" } })
      const { headers, text } = yield* get("/metrics")
      assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
      assert.match(text, /^alga_extension_executions_total\{outcome="unauthorized"\} [1-9]/m)
    })
  )

  it.effect("describe every route, and no other", () =>
    Effect.gen(function* () {
      const { text } = yield* get("/openapi.json")
      assert.deepStrictEqual(json(text), JSON.parse(JSON.stringify(openApi())))
      for (const [path, operations] of Object.entries(openApi().paths)) {
        const allowed = Object.keys(operations).map((method) => method.toUpperCase())
        const { headers, status } = yield* get(path.replace(/\{\w+\}|\*/g, "x"), { method: "DELETE" })
        assert.strictEqual(status, 405, path)
        assert.includeMembers((headers.get("allow") ?? "").split(", "), allowed, path)
        for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS"]) {
          const { status } = yield* get(path.replace(/\{\w+\}|\*/g, "x"), { method })
          assert.strictEqual(status !== 405, allowed.includes(method === "HEAD" ? "GET" : method), `${method} ${path}`)
        }
      }
    })
  )

  it.effect.each(["/v1/%zz", "/%", "/ext-ui/%c0%af/x", "/absent", "/v1/triggers/%e0%a4%a"])(
    "answer %s, which no route fits, as JSON",
    (path) =>
      Effect.gen(function* () {
        for (const method of ["GET", "POST"]) {
          const { headers, status, text } = yield* get(path, { method })
          assert.strictEqual(status, 404)
          assert.deepStrictEqual(json(text), { status: 404, headers: {}, error: "not_found" })
          assert.isNotNull(headers.get("x-request-id"))
        }
      })
  )

  it.effect("name the request in every answer", () =>
    Effect.gen(function* () {
      for (const path of ["/healthz", "/readyz", "/absent", "/v1/execute"]) {
        const { headers } = yield* get(path, { headers: { "x-request-id": "from-the-caller" } })
        assert.strictEqual(headers.get("x-request-id"), "from-the-caller", path)
        const forged = yield* get(path, { headers: { "x-request-id": "two words" } })
        assert.match(forged.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/, path)
      }
    })
  )
})

const allOpened = { access: true, reads: true }
const doorToken = "a-token-of-a-door"
const doorHeaders = { authorization: `Bearer ${doorToken}`, "x-runner-auth": doorToken }
const withDoors = setting.pipe(
  Layer.provide(Layer.succeed(CallerBounds, { readsToken: Redacted.make(doorToken) })),
  Layer.provide(
    Layer.effect(
      AccessDoor,
      Effect.map(AccessReader, (reader) => ({ token: Redacted.make(doorToken), reader }))
    )
  ),
  Layer.provide(layerAccess)
)

layer(withDoors, { excludeTestServices: true, timeout: 120_000 })("routes that have a token of their own", (it) => {
  it.effect("refuse who has no token, and browsers", () =>
    Effect.gen(function* () {
      for (const { group, methods, path } of endpointsOf(apiOf(allOpened))) {
        if (group !== "access" && group !== "reads") continue
        for (const method of methods) {
          const ask = (headers: Record<string, string>) =>
            Effect.map(get(path.replace(/:\w+/g, "x"), { method, headers }), ({ status }) => status)
          assert.strictEqual(yield* ask({}), 401, path)
          assert.strictEqual(yield* ask({ ...doorHeaders, origin: "null" }), 403, path)
        }
      }
    })
  )

  it.effect("are described beside the others where they are open", () =>
    Effect.gen(function* () {
      const { text } = yield* get("/openapi.json")
      assert.deepStrictEqual(json(text), JSON.parse(JSON.stringify(openApi(allOpened))))
    })
  )

  it.effect("answer their methods with statuses that are described, and tell others which methods there are", () =>
    Effect.gen(function* () {
      const { paths } = openApi(allOpened)
      for (const { methods, path } of endpointsOf(apiOf(allOpened))) {
        const described = paths[path.replace(/:(\w+)/g, "{$1}")]?.[methods[0] === "POST" ? "post" : "get"]?.responses
        for (const headers of [{}, doorHeaders, { ...doorHeaders, origin: "null" }] as ReadonlyArray<
          Record<string, string>
        >) {
          for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
            const answer = yield* get(path.replace(/:\w+|\*/g, "x"), { method, headers })
            assert.property(described, String(answer.status), `${method} ${path}`)
            assert.isNotNull(answer.headers.get("x-request-id"))
            if (headers === doorHeaders) {
              assert.strictEqual(answer.status === 405, !methods.includes(method), `${method} ${path}`)
            }
            if (answer.status === 405) assert.strictEqual(answer.headers.get("allow"), methods.join(", "))
          }
        }
      }
    })
  )
})

layer(setting, { excludeTestServices: true, timeout: 120_000 })("requests as HTTP", (it) => {
  const post = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = "{}") =>
    Effect.flatMap(TestRunner, ({ token }) =>
      get("/v1/execute", { method: "POST", headers: { [serviceTokenHeader]: token, ...headers }, body })
    )

  it.effect("are taken as JSON where they say so, or say nothing", () =>
    Effect.gen(function* () {
      const accepted = ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
      for (const type of accepted) assert.strictEqual((yield* post({ "content-type": type })).status, 400, type)
      assert.strictEqual((yield* post({}, new Uint8Array([0x7b, 0x7d]))).status, 400)
    })
  )

  it.effect("are refused with 415 where they say that it is something else", () =>
    Effect.gen(function* () {
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "json"
      ]) {
        const { status, text } = yield* post({ "content-type": type })
        assert.strictEqual(status, 415, type)
        assert.match(String(json(text)["error"]), /^unsupported_media_type: /)
      }
      const encoded = yield* post({ "content-type": "application/json", "content-encoding": "gzip" })
      assert.strictEqual(encoded.status, 415)
    })
  )

  it.effect("are refused with 413 before the body is read where its length says enough", () =>
    Effect.gen(function* () {
      const { token } = yield* TestRunner
      const head = [
        "POST /v1/execute HTTP/1.1",
        "host: x",
        `${serviceTokenHeader}: ${token}`,
        "content-type: application/json",
        "content-length: 100000000",
        "connection: close"
      ]
      assert.match(yield* raw(`${head.join("\r\n")}\r\n\r\n{`), /^HTTP\/1\.1 413 /)
    })
  )

  it.effect("are refused with 413 once more has come than may, where no length was said", () =>
    Effect.gen(function* () {
      const { token } = yield* TestRunner
      const head = [
        "POST /v1/execute HTTP/1.1",
        "host: x",
        `${serviceTokenHeader}: ${token}`,
        "content-type: application/json",
        "transfer-encoding: chunked",
        "connection: close"
      ]
      const most = 16 * 1_048_576
      const body = (bytes: number) => `${bytes.toString(16)}\r\n${" ".repeat(bytes)}\r\n0\r\n\r\n`
      assert.match(yield* raw(`${head.join("\r\n")}\r\n\r\n${body(most)}`), /^HTTP\/1\.1 400 .*invalid_json/s)
      assert.match(yield* raw(`${head.join("\r\n")}\r\n\r\n${body(most + 1)}`), /^HTTP\/1\.1 413 .*payload_too_large/s)
    })
  )

  it.effect("are refused with 431 where their head is too large", () =>
    Effect.gen(function* () {
      assert.match(
        yield* raw(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ${"a".repeat(20_000)}\r\n\r\n`),
        /^HTTP\/1\.1 431 /
      )
    })
  )
})
