import type { Component, SandboxOptions } from "@alga-psa/ext-adapters-wit"
import { Effect, Metric } from "effect"
import { spentSince } from "../cluster/ProcessorTime.ts"
import { numbers } from "../Numbers.ts"
import { sampleOf } from "../Sample.ts"
import { layerOurSandbox, request } from "../sandbox/Ours.ts"

/** Installs of one component, and what is kept for them. */
export interface AtRandom {
  readonly installs: number
  /** Idle processes that are kept. */
  readonly kept: number
  readonly processPer: SandboxOptions["processPer"]
  /** How many requests to make at least, and for how many milliseconds. */
  readonly fewest: number
  readonly milliseconds: number
}

const warmUps = 20

const recycled = "alga_extension_sandbox_processes_recycled_total"

/** Processes that ended because too many were kept. By name: a counter of another description would be another one. */
const ended = Effect.map(Metric.snapshot, (metrics) => {
  const found = metrics.find(({ attributes, id }) => id === recycled && attributes?.["why"] === "room")
  return found?.type === "Counter" ? Number(found.state.count) : 0
})

/** Requests of installs at random, one after another, none loaded ahead: their times, the share that a new process took, and the
 * processor time of one. */
export const atRandom = (component: Component, options: AtRandom) =>
  Effect.gen(function* () {
    const { fewest, installs, milliseconds } = options
    const calls = Array.from({ length: installs }, (_, at) => request(component, { installId: `install ${at}` }))
    for (const call of calls) yield* Effect.repeat(call, { times: warmUps })
    const next = numbers()
    const before = yield* ended
    const spent = yield* spentSince
    const durations: Array<number> = []
    const begin = performance.now()
    while (durations.length < fewest || performance.now() - begin < milliseconds) {
      const asked = performance.now()
      yield* calls[Math.floor(next() * installs)] ?? Effect.void
      durations.push(performance.now() - asked)
    }
    const seconds = (performance.now() - begin) / 1_000
    const anew = (yield* ended) - before
    const { guests, host } = yield* spent
    const requests = durations.length
    return {
      ...sampleOf(durations),
      rate: requests / seconds,
      anew: anew / requests,
      processorMs: (guests + host) / requests
    }
  }).pipe(
    Effect.provide(layerOurSandbox({ idleProcesses: options.kept, processPer: options.processPer })),
    Effect.scoped
  )
