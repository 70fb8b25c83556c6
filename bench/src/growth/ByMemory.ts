import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { layerOurSandbox, request, withFreshInstances } from "../sandbox/Ours.ts"

const sizes = [0, 1, 4, 16]

/** Requests that take so much memory while they run, beside an instance made anew for each request. */
export const byMemory = (component: Component, { budget, scale }: BenchOptions) =>
  Effect.gen(function* () {
    const fresh = withFreshInstances(component)
    const calls = sizes.flatMap((size) => {
      const task = `grow/${size}`
      return [
        [String(size), request(component, { installId: String(size), task })] as const,
        [`fresh ${size}`, request(fresh, { installId: `fresh ${size}`, task })] as const
      ]
    })
    for (const [, call] of calls) yield* Effect.repeat(call, { times: 20 * Math.min(1, scale) })
    const found = yield* interleaved(Object.fromEntries(calls), budget)
    const median = (name: string) => found[name]?.median ?? Number.NaN
    const table: Table = {
      title: "A request that takes memory while it runs, without a pause between requests (ms)",
      columns: ["MiB", "median", "p99", "with a new instance each time", "of that", "requests"],
      rows: sizes.map((size) => [
        size,
        median(String(size)),
        found[String(size)]?.p99 ?? null,
        median(`fresh ${size}`),
        median(String(size)) / median(`fresh ${size}`),
        found[String(size)]?.runs ?? null
      ])
    }
    return {
      table,
      figures: Object.fromEntries(
        [1, 4].map((size) => [
          `a request that takes ${size} MiB / the same on a new instance`,
          median(String(size)) / median(`fresh ${size}`)
        ])
      )
    }
  }).pipe(Effect.provide(layerOurSandbox({ idleProcesses: 16 })), Effect.scoped)
