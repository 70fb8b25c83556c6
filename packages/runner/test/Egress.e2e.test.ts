import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { egressPort, layersOfEgress } from "../src/Egress.ts"
import { settingsReport } from "../src/SettingsSource.ts"
import { sha256 } from "../testing/Archive.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { execute, handlerBody } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

const needed = {
  DATABASE_URL: "postgres://db/alga",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles"
}
const prefix = "ALGA_EXTENSION_RUNNER_EGRESS"
const read = (change: Readonly<Record<string, string>>) => settingsReport({ ...needed, ...change }, {})

describe("Requests to the outside", () => {
  it.each([{}, { EXT_EGRESS_ALLOWLIST: " " }, { EXT_EGRESS_ALLOWLIST: ",," }])(
    "are denied where no host is listed: %j",
    (change) => {
      assert.deepStrictEqual(egressPort(read(change).values), {
        port: "http",
        open: false,
        why: "EXT_EGRESS_ALLOWLIST is not set"
      })
      const { settings } = read(change)
      assert(settings !== null)
      assert.deepStrictEqual(layersOfEgress(settings), [])
    }
  )

  it("are open to the hosts of the list, each with its scheme and port", () => {
    const { values } = read({ EXT_EGRESS_ALLOWLIST: "API.example.com, http://a.test:81" })
    assert.deepStrictEqual(egressPort(values), {
      port: "http",
      open: true,
      why: "to https://api.example.com:443, http://a.test:81"
    })
  })

  it.each([
    ["EXT_EGRESS_ALLOWLIST", "a.test, *.secret.test", "entry 2 is invalid"],
    [`${prefix}_PRIVATE_ADDRESSES`, "10.0.0.1/8", "entry 1 is invalid"],
    [`${prefix}_PROXY`, "user:secret@proxy", "must be a URL"],
    [`${prefix}_PROXY`, "http://secret/path", "must be a URL"],
    [`${prefix}_TIMEOUT`, "99 millis", "must be 100 millis or longer"],
    [`${prefix}_REQUESTS`, "0", "must be"]
  ])("stop the start where %s is wrong: %s", (name, value, why) => {
    const { problems } = read({ [name]: value })
    assert.lengthOf(problems, 1)
    assert.include(problems[0], why)
    assert.include(problems[0], name)
    assert.notInclude(problems[0], "secret")
  })

  it("have a proxy that is not shown", () => {
    const proxy = { [`${prefix}_PROXY`]: "http://user:secret@proxy:3128" }
    const { problems, readings } = read(proxy)
    assert.deepStrictEqual(problems, [])
    assert.strictEqual(readings.find(({ name }) => name === `${prefix}_PROXY`)?.shown, "<redacted>")
  })
})

const data = layerMemory(seed({ contentHash: "0".repeat(64) }))
const fetching = buildFixture("fetching")

/** A server outside, and a runner whose settings list it; its address is private, and opened or not. */
const runnerOver = (isOpened: boolean) => {
  const server = createServer((request, response) => response.end("a".repeat(Number(request.url?.slice(1)))))
  const listening = Layer.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => server.close())
      ),
      () => {
        const { settings } = read({
          EXT_EGRESS_ALLOWLIST: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          ...(isOpened ? { [`${prefix}_PRIVATE_ADDRESSES`]: "127.0.0.1" } : {})
        })
        assert(settings !== null)
        return testRunner({ ports: layersOfEgress(settings) })
      }
    )
  )
  const url = (bytes: number) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${bytes}`
  return { url, runner: Layer.provideMerge(listening, data) }
}

/** What a new install of the fixture answers that fetches this. */
const answerOf = Effect.fnUntraced(function* (url: string, capabilities: ReadonlyArray<string> = ["cap:http.fetch"]) {
  const runner = yield* TestRunner
  const store = yield* MemoryStore
  const archive = yield* Effect.promise(() => fetching)
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, capabilities)
  yield* store.load(rows)
  yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
  const body = Buffer.from(url).toString("base64")
  const http = { method: "POST", path: "/", query: {}, headers: {}, body_b64: body }
  return handlerBody(yield* execute(hash, { case: { extension, install }, top: { http } }))
})

const slow = { excludeTestServices: true, timeout: 120_000 } as const

describe("A component", () => {
  const open = runnerOver(true)
  layer(open.runner, slow)("whose runner opened the address", (it) => {
    it.effect("fetches from a listed host with its capability, and not without, nor from another", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* answerOf(open.url(3)), { status: 200, body: 3 })
        assert.deepStrictEqual(yield* answerOf(open.url(3), []), { refused: "not-allowed" })
        assert.deepStrictEqual(yield* answerOf("http://127.0.0.1:1/"), { refused: "not-allowed" })
        assert.deepStrictEqual(yield* answerOf("http:///"), { refused: "invalid-url" })
      })
    )

    it.effect("gets as much as a host call carries, and an error for more", () =>
      Effect.gen(function* () {
        const most = 4_194_304 - 65_536
        assert.deepStrictEqual(yield* answerOf(open.url(most)), { status: 200, body: most })
        assert.deepStrictEqual(yield* answerOf(open.url(most + 1)), { refused: "internal" })
      })
    )

    it.effect("leaves no URL in the log", () =>
      Effect.gen(function* () {
        const runner = yield* TestRunner
        yield* runner.takeLog
        yield* answerOf(`${open.url(1)}?secret`)
        yield* answerOf("https://elsewhere.test/secret")
        const lines = (yield* runner.takeLog).map((line) => JSON.stringify(line))
        assert.lengthOf(
          lines.filter((line) => line.includes("http.fetch")),
          2
        )
        for (const line of lines) assert.notInclude(line, "secret")
      })
    )
  })

  const closed = runnerOver(false)
  layer(closed.runner, slow)("whose runner did not open the address", (it) => {
    it.effect("fetches nothing, though the host is listed", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* answerOf(closed.url(3)), { refused: "not-allowed" })
      })
    )
  })
})
