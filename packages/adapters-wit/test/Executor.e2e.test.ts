import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerGuardedReads } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ComponentStore, defaultLimits, Executor } from "../src/index.ts"
import { coreGuest } from "./support/Guests.ts"
import { logsOf } from "./support/Imports.ts"
import { layerExecutions, probe } from "./support/ProbeReads.ts"

const executions = layerExecutions(layerGuardedReads).pipe(
  Layer.provideMerge(layerMemoryData),
  Layer.provideMerge(layerMemory())
)

const request = { method: "GET", url: "/", headers: [], body: null }

const execute = (name: string) =>
  Effect.gen(function* () {
    const store = yield* ComponentStore
    const component = yield* store.accept(yield* Effect.promise(() => coreGuest(name)))
    return yield* (yield* Executor).execute(component, request, defaultLimits)
  })

layer(executions)("Executor", (it) => {
  it.effect("logs a failure once with the execution it belongs to", () =>
    Effect.gen(function* () {
      const { as, invocation } = yield* scenario()
      const { tenantId, extensionId, installId } = invocation()
      const logs = yield* logsOf(as(null, { requestId: "r-1" })(Effect.flip(execute("trap"))))
      assert.lengthOf(logs, 1)
      assert.strictEqual(logs[0]?.level, "WARN")
      assert.deepInclude(logs[0]?.annotations, {
        tenant: tenantId,
        extension: extensionId,
        install: installId,
        requestId: "r-1"
      })
    })
  )

  it.effect("logs nothing of its own for an execution that works", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      assert.deepEqual(yield* logsOf(as()(execute("ok"))), [])
    })
  )

  it.effect("answers many requests of one install, one after another", () =>
    Effect.gen(function* () {
      const { as, client } = yield* scenario()
      const reads = as()(probe([{ interface: "clients", function: "getClient", args: [client.client_id] }]))
      yield* reads
      const started = performance.now()
      const rounds = 50
      for (let i = 0; i < rounds; i++) yield* reads
      console.info(`a warm request with one read: ${((performance.now() - started) / rounds).toFixed(2)} ms`)
    })
  )
})
