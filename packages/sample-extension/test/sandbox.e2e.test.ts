import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  ComponentStore,
  defaultLimits,
  error,
  type HostCall,
  type HostReply,
  layerComponentStore,
  layerSandbox,
  ok,
  Sandbox
} from "@alga-psa/ext-adapters-wit"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { buildSample } from "../src/BuildSample.ts"

const empty = ok({ items: [], totalCount: 0, page: 1, pageSize: 25 })
const listsNothing = (call: HostCall): HostReply => (call.function.startsWith("list") ? empty : ok(null))

/** Longer than any machine takes: nothing here is about a time. */
const longMs = 3_600_000
const limits = { ...defaultLimits, timeoutMs: longMs, cpuMs: longMs }

const store = layerComponentStore({
  directory: join(tmpdir(), "alga-ext-sample-components"),
  intakeTimeoutMs: longMs,
  intakeProcessorMs: longMs
})
const sandbox = layerSandbox({ concurrency: 1, spares: 0, idleProcesses: 1, startMs: longMs, limits }).pipe(
  Layer.provideMerge(store)
)

const send = Effect.fnUntraced(function* (
  bytes: Uint8Array,
  url: string,
  host: (call: HostCall) => HostReply = listsNothing
) {
  const component = yield* (yield* ComponentStore).accept(bytes)
  const { status, body } = yield* (yield* Sandbox).execute({
    component,
    tenantId: "tenant",
    installId: "install",
    request: {
      context: { requestId: null, tenantId: "tenant", extensionId: "e", installId: "install", versionId: null },
      http: { method: "GET", url, headers: [], body: null }
    },
    limits,
    host: (call) => Effect.succeed(host(call))
  })
  return [status, JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))]
})

layer(sandbox, { excludeTestServices: true })("the sample in the sandbox", (it) => {
  it.effect.each(["quickjs", "starlingmonkey"] as const)(
    "answers request after request on %s, also what the host refuses",
    (engine) =>
      Effect.gen(function* () {
        const { componentFile } = yield* Effect.promise(() => buildSample({ engine }))
        const bytes = yield* Effect.promise(() => readFile(componentFile))
        for (let round = 0; round < 3; round++) {
          const [status, body] = yield* send(bytes, "/api/overview")
          assert.strictEqual(status, 200)
          assert.deepEqual(body, { clients: empty.value, services: empty.value, firstClient: null, firstService: null })
          assert.deepEqual(yield* send(bytes, "/api/clients/x"), [404, { error: "not-found" }])
          assert.deepEqual(yield* send(bytes, "/api/clients?page=abc"), [400, { error: "invalid-input" }])
        }
        const denied = () => error("not-allowed")
        assert.deepEqual(yield* send(bytes, "/api/services", denied), [403, { error: "not-allowed" }])
        assert.strictEqual((yield* send(bytes, "/api/services"))[0], 200)
      })
  )
})
