import { readdir, readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { layerDeniedPorts } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { type Component, defaultLimits, HostImports, layerSandbox, ok, Sandbox } from "../src/index.ts"
import { type Leak, makeFinder, type Places, takeIn } from "./leaks/find.ts"
import { allGuests, type Guest } from "./leaks/Guest.ts"
import { layout } from "./leaks/Operations.ts"
import { type Host, outcomes } from "./leaks/observe.ts"
import { read } from "./leaks/Program.ts"
import { fuzz, fuzzTimeout } from "./support/Fuzz.ts"
import { freshStore } from "./support/freshStore.ts"
import { importsOver } from "./support/Imports.ts"
import { patient, sandboxOf } from "./support/Run.ts"

const kept = fileURLToPath(new URL("./fixtures/leaks/", import.meta.url))

const keptLeaks = async (): Promise<ReadonlyArray<readonly [name: string, leak: Leak]>> => {
  const names = (await readdir(kept)).sort()
  return Promise.all(
    names.map(async (name) => {
      const { guest, by = [], requests, last } = JSON.parse(await readFile(`${kept}${name}`, "utf8"))
      const asked = [...requests, last].map((lines, i) => ({ by: by[i] ?? 0, program: read(lines) }))
      return [name, { guest, requests: asked.slice(0, -1), last: asked.at(-1) ?? { by: 0, program: [] } }] as const
    })
  )
}

const requestId = "20000000-0000-4000-8000-000000000000"
const roundMs = 300_000
const timeout = fuzzTimeout.timeout + roundMs

/** Answers as the host does, with the same answers to every request. */
const steadyHost = Effect.gen(function* () {
  const { as } = yield* scenario()
  const imports = yield* HostImports
  return ((call) => as(null, { requestId })(imports.forExecution(defaultLimits)(call))) satisfies Host<never>
})

const options = { concurrency: 1, spares: 0, idleProcesses: 1, requestsPerProcess: 60 }
const sandbox = sandboxOf(options)

const inOneProcess: Effect.Effect<Places, never, Sandbox> = Effect.map(Sandbox, (alone) => ({
  alone,
  together: alone,
  shared: false
}))

/** Beside the sandbox of this file, another whose processes serve all installs of a component. */
const acrossInstalls = Effect.gen(function* () {
  const alone = yield* Sandbox
  const layered = layerSandbox({ ...patient, ...options, requestsPerProcess: 500, processPer: "component" })
  const together = yield* Effect.map(Layer.build(layered), (context) => Context.get(context, Sandbox))
  return { alone, together, shared: true }
})

/** Random programs for the time of this part; fails on the first leak. */
const search = (name: string, places: Places) =>
  Effect.gen(function* () {
    const [usual, odd] = yield* Effect.promise(allGuests)
    const host = yield* steadyHost
    const taken = new Map<Guest, Component | null>()
    let requests = 0
    yield* fuzz(name, { parts: 2, caseMs: roundMs }, (chance) =>
      Effect.gen(function* () {
        const guest = chance.pick(chance.pick([usual, usual, odd]))
        const component = taken.get(guest) ?? (taken.has(guest) ? null : yield* takeIn(guest))
        taken.set(guest, component)
        if (component === null) return "refused"
        const finder = makeFinder(guest, component, host, places)
        const found = yield* finder.round(chance)
        requests += finder.requests()
        if (found === null) return guest.name
        throw new Error(found)
      })
    )
    console.info(`${name}: ${requests} requests`, Object.fromEntries(outcomes))
  })

layer(Layer.mergeAll(sandbox, freshStore(), importsOver(layerDeniedPorts)), {
  excludeTestServices: true
})("A request", (it) => {
  it.effect(
    "sees nothing of the requests before it, in cases where one once did",
    () =>
      Effect.gen(function* () {
        const guests = (yield* Effect.promise(allGuests)).flat()
        const host = yield* steadyHost
        const places = [yield* inOneProcess, yield* acrossInstalls]
        for (const [name, { guest, requests, last }] of yield* Effect.promise(keptLeaks)) {
          const found = guests.find((other) => other.name === guest)
          assert(found !== undefined, `${name}: there is no guest ${guest}`)
          const component = yield* takeIn(found)
          if (component === null) continue
          for (const place of places) {
            assert.isNull(yield* makeFinder(found, component, host, place).difference(requests, last), name)
            const byOthers = requests.map(({ program }, i) => ({ by: 1 + i, program }))
            if (place.shared) {
              assert.isNull(yield* makeFinder(found, component, host, place).difference(byOthers, last), name)
            }
          }
        }
      }),
    { timeout }
  )

  it.effect("is told apart from one before which the host answered otherwise, so that a leak would be seen", () =>
    Effect.gen(function* () {
      const [[guest]] = yield* Effect.promise(allGuests)
      assert(guest !== undefined)
      const component = yield* takeIn(guest)
      assert(component !== null)
      const program = read([`do 1 times context.get-context ${layout.result}`, "do 1 times hash"])
      const [last, before] = [
        { by: 0, program },
        { by: 1, program }
      ]
      const steady = yield* steadyHost
      let calls = 0
      const counting: typeof steady = (call) =>
        Effect.map(steady(call), (reply) =>
          reply.type === "ok" ? ok({ ...(reply.value as object), tenantId: String(calls++) }) : reply
        )
      for (const places of [yield* inOneProcess, yield* acrossInstalls]) {
        assert.isNull(yield* makeFinder(guest, component, steady, places).difference([before], last))
        assert.isNotNull(yield* makeFinder(guest, component, counting, places).difference([before], last))
      }
    })
  )

  it.effect(
    "sees nothing of the requests before it, whatever they did",
    () => Effect.flatMap(inOneProcess, (places) => search("leaks", places)),
    { timeout }
  )

  it.effect(
    "sees nothing of the requests of other installs and tenants in its process, whatever they did",
    () => Effect.flatMap(acrossInstalls, (places) => search("leaks across installs", places)),
    { timeout }
  )
})
