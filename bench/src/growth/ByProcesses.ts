import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import { processorTimeOf } from "../cluster/ProcessorTime.ts"
import type { Table } from "../Report.ts"
import { type AtOnce, atOnce, sampleOf } from "../Sample.ts"
import { layerOurSandbox, request } from "../sandbox/Ours.ts"

const steps = [1, 2, 3, 4] as const
const most = 4
const rounds = 4
/** The engine's compiler takes about this many requests to settle. */
const warmUps = 300

interface Load extends AtOnce {
  readonly hostMs: number
  readonly guestsMs: number
}

const load = <E, R>(calls: ReadonlyArray<Effect.Effect<unknown, E, R>>, milliseconds: number) =>
  Effect.gen(function* () {
    const times = Effect.promise(() => processorTimeOf(process.pid))
    const before = yield* times
    const made = yield* atOnce(calls, milliseconds)
    const after = yield* times
    return { ...made, hostMs: after.own - before.own, guestsMs: after.children - before.children } satisfies Load
  })

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

const rowOf = (loads: ReadonlyArray<Load>) => {
  const { median, p99, runs } = sampleOf(loads.flatMap(({ durations }) => durations))
  const milliseconds = sum(loads.map((it) => it.milliseconds))
  const [host, guests] = [sum(loads.map(({ hostMs }) => hostMs)), sum(loads.map(({ guestsMs }) => guestsMs))]
  return {
    median,
    p99,
    rate: (runs / milliseconds) * 1_000,
    host: host / runs,
    guests: guests / runs,
    milliseconds,
    runs
  }
}

/** Requests a second and their time with so many sandbox processes, each kept busy by one caller of its own install. */
export const byProcesses = (component: Component, options: BenchOptions) =>
  Effect.gen(function* () {
    const callers = Array.from({ length: most }, (_, at) => request(component, { installId: `install ${at}` }))
    yield* Effect.forEach(callers, (call) => Effect.repeat(call, { times: warmUps * Math.min(1, options.scale) }), {
      concurrency: most
    })
    const loads = new Map<number, Array<Load>>(steps.map((step) => [step, []]))
    for (let round = 0; round < rounds; round++) {
      for (const step of steps) {
        loads.get(step)?.push(yield* load(callers.slice(0, step), options.budget / rounds))
      }
    }
    const found = steps.map((step) => ({ step, ...rowOf(loads.get(step) ?? []) }))
    const one = found[0]?.rate ?? Number.NaN
    const table: Table = {
      title: "Requests by the number of sandbox processes, each with a caller of its own",
      columns: [
        ...["processes", "x one", "requests/s", "median ms", "p99 ms"],
        ...["host's processor ms", "guest's", "processors busy", "requests"]
      ],
      rows: found.map(({ guests, host, median, milliseconds, p99, rate, runs, step }) => [
        step,
        rate / one,
        rate,
        median,
        p99,
        host,
        guests,
        ((host + guests) * runs) / milliseconds,
        runs
      ]),
      charts: [
        {
          file: "growth-sandbox-processes",
          title: "Requests a second, by the number of sandbox processes",
          even: "both",
          x: { column: 0, label: "sandbox processes, each with a caller" },
          y: "requests/s",
          series: [{ column: 2, label: "requests/s" }]
        },
        {
          file: "growth-sandbox-processes-time",
          title: "Time of a request, by the number of sandbox processes (ms)",
          even: "both",
          x: { column: 0, label: "sandbox processes, each with a caller" },
          y: "ms",
          series: [
            { column: 3, label: "median" },
            { column: 4, label: "p99" }
          ]
        }
      ]
    }
    const rate = (step: number) => found.find((row) => row.step === step)?.rate ?? Number.NaN
    return {
      table,
      figures: {
        "two processes / one, requests a second": rate(2) / one,
        "four processes / two, requests a second": rate(4) / rate(2)
      }
    }
  }).pipe(
    Effect.provide(
      layerOurSandbox({
        concurrency: most,
        concurrencyPerTenant: most,
        concurrencyPerInstall: most,
        idleProcesses: most
      })
    ),
    Effect.scoped
  )
