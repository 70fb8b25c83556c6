import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerGuardedReads } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ComponentStore, defaultLimits, Executor, HostImports, layerExecutor } from "../src/index.ts"
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
  it.effect("gives a failure as it is and leaves its log line to the caller", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const failed = Effect.map(Effect.flip(as()(execute("trap"))), (error) => {
        assert.deepInclude(error, { _tag: "ExecutionFailed", reason: "trap" })
      })
      assert.deepEqual(yield* logsOf(failed), [])
    })
  )

  it.effect("fails as crashed, and is ready for more, where an import of the host has a defect", () =>
    Effect.gen(function* () {
      const { as, client } = yield* scenario()
      const call = { interface: "clients", function: "getClient", args: [client.client_id] }
      const broken = Layer.fresh(layerExecutor).pipe(
        Layer.provide(Layer.succeed(HostImports, { forExecution: () => () => Effect.die("a fault of ours") }))
      )
      const error = yield* Effect.flip(as()(probe([call]).pipe(Effect.provide(broken))))
      assert.deepInclude(error, {
        _tag: "ExecutionFailed",
        reason: "crashed",
        detail: "a defect of the host: a fault of ours",
        ran: true
      })
      assert.lengthOf(yield* as()(probe([call])), 1)
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
