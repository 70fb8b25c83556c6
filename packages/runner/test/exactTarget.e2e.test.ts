import { ids, layer as layerMemory, seed } from "@alga-psa/ext-adapters-memory"
import { serveHostPages } from "@alga-psa/ext-development-host/HostPageServer"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Execution } from "../src/Execution.ts"
import { ExtensionUi } from "../src/ExtensionUi.ts"
import { rawRequest, statusOf } from "./support/rawRequest.ts"
import { layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const setting = layerTestRunner.pipe(Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) }))))

/** Other ways to write a path of two or more letters. */
const variants = (path: string, host: string): ReadonlyArray<string> => {
  const [first = "", ...rest] = path.slice(1)
  const encoded = `/%${first.charCodeAt(0).toString(16)}${rest.join("")}`
  const changed = [
    path.toUpperCase(),
    `/${first.toUpperCase()}${rest.join("")}`,
    `/${path}`,
    `//${path}`,
    `${path}/`,
    `${path}//`,
    encoded,
    encoded.toUpperCase(),
    `${path.slice(0, -1)}%${path.slice(-1).charCodeAt(0).toString(16)}`,
    `/.${path}`,
    `/x/..${path}`,
    `/%2e${path}`,
    `/x/%2e%2e${path}`,
    `${path}/.`,
    `${path}%2f`,
    `/%2f${path.slice(1)}`,
    `${path}%00`,
    `${path}%`,
    `${path}#x`,
    `\\${path.slice(1)}`,
    `/\\..${path}`,
    `${path};x`,
    `${path}%3f`
  ]
  const rooted = changed.filter((target) => target.startsWith("/"))
  return [
    ...changed,
    ...rooted.map((target) => `http://${host}${target}`),
    `http:/${path}`,
    `http://${host}\\..${path}`
  ]
}

const routes = ["/v1/execute", "/warmup", "/healthz", "/readyz", "/metrics", "/openapi.json"]

layer(setting, { excludeTestServices: true, timeout: 120_000 })("the runner's routes", (it) => {
  it.effect("are there as they are written, with a query and in absolute form too", () =>
    Effect.gen(function* () {
      const { url } = yield* TestRunner
      for (const path of routes) {
        for (const target of [
          path,
          `${path}?a=/../%2e#`.slice(0, -1),
          `${url}${path}`,
          `http://other.invalid${path}`
        ]) {
          assert.notStrictEqual(yield* statusOf(url, target), 404, target)
        }
      }
    })
  )

  it.effect("are not there in any other spelling", () =>
    Effect.gen(function* () {
      const { url } = yield* TestRunner
      for (const path of routes) {
        for (const target of variants(path, new URL(url).host)) {
          // Node's own parser refuses some of them.
          assert.include([400, 404], yield* statusOf(url, target), target)
        }
      }
    })
  )

  it.effect("answer a target that is no path with the same JSON as an unknown one", () =>
    Effect.gen(function* () {
      const { url } = yield* TestRunner
      for (const target of ["/absent", "/v1/%zz", "//metrics", "/%6Detrics"]) {
        const answer = yield* rawRequest(url, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
        assert.match(answer, /^HTTP\/1\.1 404 /, target)
        assert.include(answer, '"error":"not_found"')
        assert.match(answer, /\r\nx-request-id: \S+\r\n/)
      }
    })
  )
})

describe("the host page's routes", () => {
  it.live("are there as they are written, and in no other spelling", () =>
    Effect.gen(function* () {
      const viewer = {
        tenant: ids.tenants.acme,
        extension: ids.extensions.full,
        install: ids.installs.full,
        user: ids.users.admin,
        contentHash: "0".repeat(64)
      }
      const page = { path: "/as/admin", session: "s", title: "t", who: "w", viewer: Effect.succeed(viewer) }
      const { addressOf } = yield* serveHostPages({
        port: 0,
        framePort: 0,
        files: { "host.js": Buffer.from("x") },
        pages: [page]
      }).pipe(Effect.provide(Layer.merge(Layer.mock(Execution, {}), Layer.mock(ExtensionUi, {}))))
      const { host, origin } = new URL(addressOf(page))
      for (const path of ["/as/admin", "/host/host.js"]) {
        assert.strictEqual(yield* statusOf(origin, path), 200)
        for (const target of variants(path, host)) {
          assert.notStrictEqual(yield* statusOf(origin, target), 200, target)
        }
      }
    }).pipe(Effect.scoped)
  )
})
