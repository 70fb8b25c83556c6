import { once } from "node:events"
import { connect } from "node:net"
import { layer as layerMemory, seed } from "@alga-psa/ext-adapters-memory"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Metric } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { askUntil } from "../testing/AskUntil.ts"
import { execute, goodCase } from "./support/Requests.ts"
import { CallerBounds, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const room = 1_000_000
const hash = "0".repeat(64)

/** It counts for itself: what other tests of this process have begun may end at any moment. */
const setting = layerTestRunner.pipe(
  Layer.provide(Layer.succeed(CallerBounds, { bodiesBytes: room })),
  Layer.provide(Layer.succeed(Metric.MetricRegistry, new Map())),
  Layer.provideMerge(layerMemory(seed({ contentHash: hash })))
)

/** A caller of a tenant that has said how long its body is, and sends none of it. */
const halfCaller = (tenant: string) =>
  Effect.acquireRelease(
    Effect.flatMap(TestRunner, ({ token, url }) =>
      Effect.promise(async () => {
        const { hostname, port } = new URL(url)
        const socket = connect(Number(port), hostname)
        socket.on("error", () => undefined)
        const head = [
          "POST /v1/execute HTTP/1.1",
          `host: ${hostname}`,
          "content-type: application/json",
          `content-length: ${room * 0.6}`,
          `x-alga-tenant: ${tenant}`,
          `${serviceTokenHeader}: ${token}`
        ]
        await once(socket, "connect")
        socket.write(`${head.join("\r\n")}\r\n\r\n`)
        return socket
      })
    ),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Executions in flight, as the metrics have them. */
const inFlight = Effect.flatMap(TestRunner, ({ url }) =>
  Effect.promise(async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(/^alga_extension_executions_in_flight (\d+)$/m.exec(text)?.[1])
  })
)

layer(setting, { excludeTestServices: true, timeout: 120_000 })("Bodies that take the room of their tenant", (it) => {
  it.effect("have its other requests wait until they are gone, and nobody else's", () =>
    Effect.gen(function* () {
      const half = yield* halfCaller(goodCase.tenant)
      yield* askUntil(inFlight, (now) => now === 1)
      const waiting = yield* Effect.forkChild(execute(hash), { startImmediately: true })
      const other = yield* execute(hash, { headers: { "x-alga-tenant": "another" } })
      assert.strictEqual(other.body.error?.split(":")[0], "routing_mismatch")
      assert.isUndefined(waiting.pollUnsafe())
      half.destroy()
      assert.strictEqual((yield* Fiber.join(waiting)).body.error?.split(":")[0], "bundle_fetch_failed")
    }).pipe(Effect.scoped)
  )
})
