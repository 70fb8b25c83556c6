import { readdir, readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layerDeniedPorts } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type Component, defaultLimits, HostImports, ok } from "../src/index.ts"
import { type Leak, makeFinder, takeIn } from "./leaks/find.ts"
import { allGuests, type Guest } from "./leaks/Guest.ts"
import { layout } from "./leaks/Operations.ts"
import { type Host, outcomes } from "./leaks/observe.ts"
import { read } from "./leaks/Program.ts"
import { fuzz, fuzzTimeout } from "./support/Fuzz.ts"
import { freshStore } from "./support/freshStore.ts"
import { importsOver } from "./support/Imports.ts"
import { sandboxOf } from "./support/Run.ts"

const kept = fileURLToPath(new URL("./fixtures/leaks/", import.meta.url))

const keptLeaks = async (): Promise<ReadonlyArray<readonly [name: string, leak: Leak]>> => {
  const names = (await readdir(kept)).sort()
  return Promise.all(
    names.map(async (name) => {
      const { guest, requests, last } = JSON.parse(await readFile(`${kept}${name}`, "utf8"))
      return [name, { guest, requests: requests.map(read), last: read(last) }] as const
    })
  )
}

const requestId = "20000000-0000-4000-8000-000000000000"
const roundMs = 300_000

/** Answers as the host does, with the same answers to every request. */
const steadyHost = Effect.gen(function* () {
  const { as } = yield* scenario()
  const imports = yield* HostImports
  return ((call) => as(null, { requestId })(imports.forExecution(defaultLimits)(call))) satisfies Host<never>
})

const sandbox = sandboxOf({ concurrency: 1, spares: 1, idleProcesses: 1, requestsPerProcess: 60 })

layer(Layer.mergeAll(sandbox, Layer.fresh(freshStore), importsOver(layerDeniedPorts)), {
  excludeTestServices: true,
  timeout: "60 seconds"
})("A request", (it) => {
  it.effect(
    "sees nothing of the requests before it, in cases where one once did",
    () =>
      Effect.gen(function* () {
        const guests = (yield* Effect.promise(allGuests)).flat()
        const host = yield* steadyHost
        for (const [name, { guest, requests, last }] of yield* Effect.promise(keptLeaks)) {
          const found = guests.find((other) => other.name === guest)
          assert(found !== undefined, `${name}: there is no guest ${guest}`)
          const component = yield* takeIn(found)
          if (component === null) continue
          assert.isNull(yield* makeFinder(found, component, host).difference(requests, last), name)
        }
      }),
    fuzzTimeout
  )

  it.effect("is told apart from one before which the host answered otherwise, so that a leak would be seen", () =>
    Effect.gen(function* () {
      const [[guest]] = yield* Effect.promise(allGuests)
      assert(guest !== undefined)
      const component = yield* takeIn(guest)
      assert(component !== null)
      const program = read([`do 1 times context.get-context ${layout.result}`, "do 1 times hash"])
      const steady = yield* steadyHost
      let calls = 0
      const counting: typeof steady = (call) =>
        Effect.map(steady(call), (reply) =>
          reply.type === "ok" ? ok({ ...(reply.value as object), tenantId: String(calls++) }) : reply
        )
      assert.isNull(yield* makeFinder(guest, component, steady).difference([program], program))
      assert.isNotNull(yield* makeFinder(guest, component, counting).difference([program], program))
    })
  )

  it.effect(
    "sees nothing of the requests before it, whatever they did",
    () =>
      Effect.gen(function* () {
        const [usual, odd] = yield* Effect.promise(allGuests)
        const host = yield* steadyHost
        const taken = new Map<Guest, Component | null>()
        let requests = 0
        yield* fuzz("leaks", { parts: 1, caseMs: roundMs }, (chance) =>
          Effect.gen(function* () {
            const guest = chance.pick(chance.pick([usual, usual, odd]))
            const component = taken.get(guest) ?? (taken.has(guest) ? null : yield* takeIn(guest))
            taken.set(guest, component)
            if (component === null) return "refused"
            const finder = makeFinder(guest, component, host)
            const found = yield* finder.round(chance)
            requests += finder.requests()
            if (found === null) return guest.name
            throw new Error(found)
          })
        )
        console.info(`leaks: ${requests} requests`, Object.fromEntries(outcomes))
      }),
    fuzzTimeout
  )
})
