import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect, Metric } from "effect"
import type { BenchOptions } from "../Bench.ts"
import { numbers } from "../Numbers.ts"
import type { Table } from "../Report.ts"
import { sampleOf } from "../Sample.ts"
import { layerOurs, request } from "../sandbox/Ours.ts"

/** Processes that are kept for each install. */
const shares = [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1, 2]
const warmUps = 20
const fewestRequests = 200

/** Processes that ended because too many were kept. */
const ended = Effect.map(
  Metric.value(
    Metric.withAttributes(
      Metric.counter("alga_extension_sandbox_processes_recycled_total", {
        description: "Processes that were replaced without a failed request, by reason",
        incremental: true
      }),
      { why: "room" }
    )
  ),
  ({ count }) => Number(count)
)

const measureOnce = (
  directory: string,
  component: Component,
  installs: number,
  kept: number,
  { budget, scale }: BenchOptions
) =>
  Effect.gen(function* () {
    const calls = Array.from({ length: installs }, (_, at) => request(component, { installId: `install ${at}` }))
    for (const call of calls) yield* Effect.repeat(call, { times: warmUps })
    const next = numbers()
    const before = yield* ended
    const durations: Array<number> = []
    const begin = performance.now()
    while (durations.length < fewestRequests * scale || performance.now() - begin < budget / 2) {
      const asked = performance.now()
      yield* calls[Math.floor(next() * installs)] ?? Effect.void
      durations.push(performance.now() - asked)
    }
    const seconds = (performance.now() - begin) / 1_000
    const anew = (yield* ended) - before
    return { kept, ...sampleOf(durations), rate: durations.length / seconds, anew: anew / durations.length }
  }).pipe(Effect.provide(layerOurs(directory, { idleProcesses: kept })), Effect.scoped)

/** Requests of installs, 16 of them at scale 1, asked at random, by the number of processes that are kept for installs. */
export const byKeptProcesses = (directory: string, component: Component, options: BenchOptions) =>
  Effect.gen(function* () {
    const installs = Math.max(4, Math.round(16 * options.scale))
    const steps = [...new Set(shares.map((share) => Math.round(installs * share)))]
    const found = yield* Effect.forEach(steps, (kept) => measureOnce(directory, component, installs, kept, options))
    const first = found[0]?.rate ?? Number.NaN
    const table: Table = {
      title: `Requests of ${installs} installs at random, one after another, by the number of processes kept`,
      columns: [
        ...["processes kept", "x the fewest", "requests/s", "on a new process, %"],
        ...["median ms", "p99 ms", "requests"]
      ],
      rows: found.map(({ anew, kept, median, p99, rate, runs }) => [
        kept,
        rate / first,
        rate,
        anew * 100,
        median,
        p99,
        runs
      ]),
      charts: [
        {
          file: "growth-sandbox-kept",
          title: `Requests a second of ${installs} installs at random, by the number of processes kept`,
          even: "x",
          x: { column: 0, label: "processes kept" },
          y: "requests/s",
          series: [{ column: 2, label: "requests/s" }]
        }
      ]
    }
    const ofAll = found.find(({ kept }) => kept === installs)?.rate ?? Number.NaN
    const figure = `a process kept for each of ${installs} installs / for ${steps[0]}, requests a second`
    return { table, figures: { [figure]: ofAll / first } }
  })
