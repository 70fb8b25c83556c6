import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { sampleOf } from "../Sample.ts"
import { layerOurSandbox, request } from "../sandbox/Ours.ts"

const requestsPerProcess = 50
const fewestProcesses = 8
/** In this time a spare process starts. */
const pauseMs = 300

const durationsOf = (component: Component, spares: number, { budget, scale }: BenchOptions) =>
  Effect.gen(function* () {
    const durations: Array<number> = []
    const begin = performance.now()
    while (
      durations.length < requestsPerProcess * Math.max(2, fewestProcesses * scale) ||
      performance.now() - begin < budget / 2
    ) {
      const before = performance.now()
      yield* request(component)
      durations.push(performance.now() - before)
      if (durations.length % requestsPerProcess === 0) yield* Effect.sleep(pauseMs)
    }
    return durations
  }).pipe(Effect.provide(layerOurSandbox({ requestsPerProcess, spares })), Effect.scoped)

/** What a request takes on a process that is kept, and on one that has just replaced it. */
export const replacedProcess = (component: Component, options: BenchOptions) =>
  Effect.gen(function* () {
    const ready = yield* durationsOf(component, 1, options)
    const none = yield* durationsOf(component, 0, options)
    const isFirst = (_: number, at: number) => at >= requestsPerProcess && at % requestsPerProcess === 0
    const isLate = (_: number, at: number) => at % requestsPerProcess > requestsPerProcess / 2
    const kept = sampleOf(ready.filter(isLate))
    const rows = [
      ["on a kept process", kept],
      ["on a new one, a spare started", sampleOf(ready.filter(isFirst))],
      ["on a new one, none started", sampleOf(none.filter(isFirst))]
    ] as const
    const table: Table = {
      title: "A request when its process was replaced (ms)",
      columns: ["x kept", "request", "median", "p99", "requests"],
      rows: rows.map(([name, { median, p99, runs }]) => [median / kept.median, name, median, p99, runs])
    }
    return table
  })
