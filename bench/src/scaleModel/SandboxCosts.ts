import type { Component, SandboxOptions } from "@alga-psa/ext-adapters-wit"
import { Effect, Layer } from "effect"
import type { BenchOptions } from "../Bench.ts"
import { spentSince } from "../cluster/ProcessorTime.ts"
import { atOnce } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { layerOurs, request } from "../sandbox/Ours.ts"
import type { Demand } from "./Model.ts"
import type { PoolCosts } from "./Pool.ts"

/** What the sandbox alone costs: a request on a process that has served many, and what it takes to have none. */
export interface SandboxCosts {
  /** Without callers and PostgreSQL: data comes from memory. */
  readonly demand: Demand
  /** Of one caller and install, which find their process and instance. */
  readonly perSecond: number
  readonly pool: PoolCosts
  /** Resident MB of a process with one instance, and of each further instance. */
  readonly processMb: number
  readonly instanceMb: number
}

/** The engine's compiler takes about this many requests to settle. */
const warmUps = 300
/** Requests of a new process that are followed. */
const followed = 30
const newProcesses = 15
/** In this time a process starts, and loads a component ahead. */
const pauseMs = 1_000
const mostLooks = 30
const [fewInstalls, manyInstalls] = [20, 100]

/** What single events take: of the quicker ones, as other work on the machine only makes them longer. */
const usual = (durations: ReadonlyArray<number>): number =>
  durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 4)] ?? 0

const within = (directory: string, options: Partial<SandboxOptions>) => Effect.provide(layerOurs(directory, options))

const timed = (component: Component, installId: string) =>
  Effect.gen(function* () {
    const before = performance.now()
    yield* request(component, { installId })
    return performance.now() - before
  })

const steady = (directory: string, component: Component, budget: number) =>
  Effect.gen(function* () {
    yield* Effect.repeat(request(component), { times: warmUps })
    const spent = yield* spentSince
    const { durations, milliseconds } = yield* atOnce([request(component)], budget)
    const { guests, host } = yield* spent
    const requests = durations.length
    return {
      took: usual(durations),
      perSecond: (requests / milliseconds) * 1_000,
      host: host / requests,
      guests: guests / requests
    }
  }).pipe(within(directory, {}), Effect.scoped)

/** Processor time of starting a process. */
const ofStart = (directory: string) =>
  Effect.gen(function* () {
    const spent = yield* spentSince
    return yield* Effect.scoped(
      Effect.gen(function* () {
        yield* Layer.build(layerOurs(directory, { spares: newProcesses }))
        const now = Effect.map(spent, ({ guests, host }) => guests + host)
        let before = 0
        for (let look = 0; look < mostLooks; look++) {
          yield* Effect.sleep(pauseMs)
          const after = yield* now
          if (after === before && guestProcesses().length >= newProcesses) break
          before = after
        }
        return before / newProcesses
      })
    )
  })

/** How long the requests of new processes take, the first first, where a spare has started for each. */
const onNewProcesses = (directory: string, component: Component) =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(Array.from({ length: newProcesses }).keys(), (round) =>
      Effect.andThen(
        Effect.sleep(pauseMs),
        Effect.forEach(Array.from({ length: followed }), () => timed(component, `install ${round}`))
      )
    )
    return Array.from({ length: followed }, (_, at) => usual(found.map((durations) => durations[at] ?? Number.NaN)))
  }).pipe(within(directory, { idleProcesses: newProcesses }), Effect.scoped)

/** Processor time of the guests for each request, where every request is another install's. */
const ofNewInstalls = (directory: string, component: Component, requests: number, options: Partial<SandboxOptions>) =>
  Effect.gen(function* () {
    yield* Effect.repeat(request(component, { installId: "known" }), { times: warmUps })
    const spent = yield* spentSince
    for (let at = 0; at < requests; at++) yield* request(component, { installId: `install ${at}` })
    const { guests, host } = yield* spent
    return { host: host / requests, guests: guests / requests }
  }).pipe(within(directory, options), Effect.scoped)

/** How long the first request of an install takes on a process that has loaded its component ahead. */
const onLoaded = (directory: string, component: Component) =>
  Effect.gen(function* () {
    yield* Effect.repeat(request(component, { installId: "known" }), { times: warmUps })
    const durations: Array<number> = []
    for (let round = 0; round < newProcesses; round++) {
      yield* Effect.sleep(pauseMs)
      durations.push(yield* timed(component, `install ${round}`))
      yield* request(component, { installId: "known" })
    }
    return usual(durations)
  }).pipe(within(directory, { idleProcesses: newProcesses * 2, loadedSpares: 1 }), Effect.scoped)

/** Resident MB of a process of a component whose installs were each asked for some times. */
const residentWith = (directory: string, component: Component, installs: number) =>
  Effect.gen(function* () {
    const before = new Set(guestProcesses())
    for (let at = 0; at < installs; at++) {
      yield* Effect.repeat(request(component, { installId: `install ${at}` }), { times: 5 })
    }
    return Math.max(
      ...guestProcesses()
        .filter((pid) => !before.has(pid))
        .map((pid) => memoryOfGuest(pid).resident)
    )
  }).pipe(within(directory, { processPer: "component", spares: 0 }), Effect.scoped)

/** Measures what the model of the sandbox is fed with. */
export const sandboxCosts = Effect.fnUntraced(function* (
  directory: string,
  component: Component,
  { budget, tell }: BenchOptions
) {
  yield* tell("what a request costs, what a process and what an instance")
  const kept = yield* steady(directory, component, budget)
  const start = yield* ofStart(directory)
  const anew = yield* ofNewInstalls(directory, component, 3 * newProcesses, { idleProcesses: 1 })
  const each = kept.host + kept.guests
  const load = Math.max(0, anew.host + anew.guests - each - start)
  const next = (yield* onNewProcesses(directory, component)).map((took) => Math.max(0, took - kept.took))
  const loaded = yield* onLoaded(directory, component)
  // One process alone: else the waits for it would start others, and count as what an instance costs.
  const one = { processPer: "component", processes: 1, spares: 0 } as const
  const instances = yield* ofNewInstalls(directory, component, warmUps, one)
  const [few, many] = [
    yield* residentWith(directory, component, fewInstalls),
    yield* residentWith(directory, component, manyInstalls)
  ]
  const instanceMb = (many - few) / (manyInstalls - fewInstalls)
  const costs: SandboxCosts = {
    demand: { callers: 0, runner: kept.host, sandbox: kept.guests, database: 0, handingOn: 0 },
    perSecond: kept.perSecond,
    pool: {
      start,
      settling: [load, ...next.slice(1)],
      loadedFirst: Math.max(0, loaded - kept.took),
      instance: Math.max(0, instances.host + instances.guests - each)
    },
    processMb: few - fewInstalls * instanceMb,
    instanceMb
  }
  return costs
})
