import { connect } from "node:net"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { assert, layer } from "@effect/vitest"
import { Context, Duration, Effect, Layer } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { installed } from "../testing/Extensions.ts"
import { rawRequest } from "./support/rawRequest.ts"
import { CallerBounds, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const rows = layerMemory(seed({ contentHash: "0".repeat(64) }))
const bounds = { headersTimeout: Duration.seconds(1), requestTimeout: Duration.seconds(2) }

const text = "<p>a page"

/** The path of a page that Acme has. */
class Page extends Context.Service<Page, string>()("test/Page") {}

const page = Layer.effect(
  Page,
  Effect.gen(function* () {
    const files = { "manifest.json": JSON.stringify(manifest), "dist/main.wasm": "", "ui/index.html": text }
    const archive = yield* Effect.promise(() => pack(files))
    const hash = sha256(archive)
    const { extension, rows } = installed(hash)
    yield* (yield* MemoryStore).load(rows)
    yield* (yield* TestRunner).store({ tenant: ids.tenants.acme, extension, hash }, archive)
    return `/ext-ui/${extension}/${hash}/index.html?tenant=${ids.tenants.acme}`
  })
)

const setting = page.pipe(Layer.provideMerge(layerTestRunner), Layer.provideMerge(rows))
const bounded = (times: Partial<typeof bounds>) => setting.pipe(Layer.provide(Layer.succeed(CallerBounds, times)))

/** What is sent for the page with these headers. */
const sent = Effect.fnUntraced(function* (method: string, headers: string) {
  const { url } = yield* TestRunner
  return yield* rawRequest(
    url,
    `${method} ${yield* Page} HTTP/1.1\r\nhost: ${new URL(url).host}\r\nconnection: close\r\n${headers}\r\n`
  )
})

/** Sends these bytes, and then these again and again, until the runner hangs up; gives what it said. */
const dripping = (url: string, begin: string, again: string) =>
  Effect.callback<string>((resume) => {
    const { hostname, port } = new URL(url)
    let received = ""
    const socket = connect(Number(port), hostname, () => socket.write(begin))
    const timer = setInterval(() => socket.writable && socket.write(again), 50)
    socket.setEncoding("utf8").on("data", (more: string) => {
      received += more
    })
    socket.on("error", () => undefined)
    socket.on("close", () => {
      clearInterval(timer)
      resume(Effect.succeed(received))
    })
  })

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a request that is made to cost", (it) => {
  it.effect("gets one part of a page, and the whole page once where it asks for several", () =>
    Effect.gen(function* () {
      const ranges = Array.from({ length: 1_000 }, (_, i) => `${i}-`).join(",")
      const body = (answer: string) => answer.slice(answer.indexOf("\r\n\r\n") + 4)
      for (const [range, status, part] of [
        ["bytes=0-1", 206, text.slice(0, 2)],
        ["bytes=-1", 206, text.slice(-1)],
        [`bytes=${ranges}`, 200, text],
        ["bytes=5-1", 200, text],
        ["lines=1", 200, text]
      ] as const) {
        const answer = yield* sent("GET", `range: ${range}\r\n`)
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), range)
        assert.strictEqual(body(answer), part, range)
      }
    })
  )

  it.effect("gets the head of a page alone where it asks for that", () =>
    Effect.gen(function* () {
      const answer = yield* sent("HEAD", "")
      assert.match(answer, /^HTTP\/1\.1 200 /)
      assert.match(answer, new RegExp(`content-length: ${text.length}\r\n`, "i"))
      assert.isTrue(answer.endsWith("\r\n\r\n"))
    })
  )

  it.effect("is told that nothing changed for the page's own tag and no other, however many it names", () =>
    Effect.gen(function* () {
      const tag = `"${sha256(Buffer.from(text))}"`
      const others = Array.from({ length: 1_000 }, (_, i) => `W/"${i}"`).join(", ")
      assert.match(yield* sent("GET", `if-none-match: ${others}, ${tag}\r\n`), /^HTTP\/1\.1 304 /)
      for (const none of [others, '"', `"${",".repeat(10_000)}`, "W/", `${" ".repeat(10_000)}x`]) {
        assert.match(yield* sent("GET", `if-none-match: ${none}\r\n`), /^HTTP\/1\.1 200 /)
      }
      assert.match(yield* sent("GET", "if-modified-since: never\r\nif-match: x\r\n"), /^HTTP\/1\.1 200 /)
    })
  )
})

layer(bounded(bounds), { excludeTestServices: true, timeout: 120_000 })("a request that is made to last", (it) => {
  it.effect.each(["GET /healthz HTTP/1.1\r\nhost: a\r\n", "GET /he", "POST /v1/execute HTTP/1.1\r\nx-a: "])(
    "is ended where its head does not end: %j",
    (head) =>
      Effect.gen(function* () {
        const { url } = yield* TestRunner
        assert.match(yield* dripping(url, head, "a"), /^(HTTP\/1\.1 4\d\d |$)/)
      })
  )

  it.effect.each(["/v1/execute", "/warmup"])("is ended where its body, in pieces, does not end: %s", (path) =>
    Effect.gen(function* () {
      const { token, url } = yield* TestRunner
      const head = `POST ${path} HTTP/1.1\r\nhost: a\r\n${serviceTokenHeader}: ${token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`
      assert.match(yield* dripping(url, head, "1\r\n \r\n"), /^(HTTP\/1\.1 (4\d\d|500) |$)/)
    })
  )

  it.effect("is ended where it sends a body to a page without end", () =>
    Effect.gen(function* () {
      const { url } = yield* TestRunner
      const head = `GET ${yield* Page} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n`
      assert.include(yield* dripping(url, head, "1\r\n \r\n"), "HTTP/1.1 ")
    })
  )
})

layer(bounded({ requestTimeout: Duration.seconds(2) }), { excludeTestServices: true, timeout: 120_000 })(
  "a request that has less time than its head would have",
  (it) => {
    it.effect("is ended where its head does not end, and answered where it does", () =>
      Effect.gen(function* () {
        const { url } = yield* TestRunner
        assert.match(yield* dripping(url, "GET /he", "a"), /^(HTTP\/1\.1 4\d\d |$)/)
        assert.match(
          yield* rawRequest(url, "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
          /^HTTP\/1\.1 200 /
        )
      })
    )
  }
)
