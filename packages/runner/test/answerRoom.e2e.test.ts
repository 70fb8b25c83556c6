import { once } from "node:events"
import { connect } from "node:net"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { sha256 } from "../testing/Archive.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { type Change, execute, goodCase } from "./support/Requests.ts"
import { CallerBounds, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const room = 4_000_000
const large = 6_000_000

const setting = layerTestRunner.pipe(
  Layer.provide(Layer.succeed(CallerBounds, { answerBytes: room })),
  Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) })))
)

const extension = Effect.gen(function* () {
  const runner = yield* TestRunner
  const archive = yield* Effect.promise(() => buildFixture("large-response"))
  const hash = sha256(archive)
  const { extension: id, install, rows } = installed(hash)
  yield* (yield* MemoryStore).load(rows)
  yield* runner.store({ tenant: ids.tenants.acme, extension: id, hash }, archive)
  return (bytes: number) => ({ hash, case: { extension: id, install, path: `/${bytes}`, query: {} } }) satisfies Change
})

/** A caller that has the first bytes of its answer, and takes no more. */
const slowCaller = (change: ReturnType<Effect.Success<typeof extension>>) =>
  Effect.acquireRelease(
    Effect.flatMap(TestRunner, ({ token, url }) =>
      Effect.promise(async () => {
        const { hostname, port } = new URL(url)
        const socket = connect(Number(port), hostname)
        socket.on("error", () => undefined)
        const demoCase = { ...goodCase, ...change.case }
        const body = JSON.stringify(executeBody(demoCase, change.hash))
        const head = [
          "POST /v1/execute HTTP/1.1",
          `host: ${hostname}`,
          "content-type: application/json",
          `content-length: ${Buffer.byteLength(body)}`,
          `x-alga-tenant: ${demoCase.tenant}`,
          `x-alga-extension: ${demoCase.extension}`,
          `${serviceTokenHeader}: ${token}`
        ]
        socket.write(`${head.join("\r\n")}\r\n\r\n${body}`)
        const [first] = await once(socket, "data")
        socket.pause()
        return { socket, first: String(first) }
      })
    ),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

layer(setting, { excludeTestServices: true, timeout: 120_000 })("Callers that do not take their answers", (it) => {
  it.effect("have nothing run for their tenant once what waits has its bound, until they take it or hang up", () =>
    Effect.gen(function* () {
      const ask = yield* extension
      const small = execute("", ask(1))
      assert.strictEqual((yield* small).status, 200)
      const { first, socket } = yield* slowCaller(ask(large))
      assert.match(first, /^HTTP\/1\.1 200 /)
      const refused = yield* small
      assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"])
      assert.match(refused.body.error ?? "", /^overloaded: /)
      socket.destroy()
      const again = yield* askUntil(small, ({ status }) => status === 200)
      assert.strictEqual(again.body.body_b64, "AA==")
    }).pipe(Effect.scoped)
  )
})
