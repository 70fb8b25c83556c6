import { freemem } from "node:os"
import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { sampleOf } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { layerOurSandbox, request } from "../sandbox/Ours.ts"

/** Requests of each install before anything counts, and then those that count. */
const warmUps = 50
const counted = 20
/** Fewer installs are measured again, with processes of their own, until there are so many. */
const fewestInstalls = 10
const mostInstalls = 500
/** What a process takes at most, in bytes; half of what is free is used. */
const processBytes = 50e6

const stepsOf = (scale: number): ReadonlyArray<number> => {
  const room = Math.floor(freemem() / 2 / processBytes)
  const steps = [1, 10, 100, Math.min(mostInstalls, room)].map((step) => Math.max(1, Math.round(step * scale)))
  return [...new Set(steps)].toSorted((a, b) => a - b)
}

const middle = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const measureOnce = (component: Component, installs: number, scale: number) =>
  Effect.gen(function* () {
    const calls = Array.from({ length: installs }, (_, at) => request(component, { installId: `install ${at}` }))
    const others = new Set(guestProcesses())
    yield* Effect.forEach(calls, (call) => Effect.repeat(call, { times: (warmUps - 1) * Math.min(1, scale) }), {
      concurrency: 2
    })
    const memory = guestProcesses()
      .filter((pid) => !others.has(pid))
      .map(memoryOfGuest)
    const durations: Array<number> = []
    for (let turn = 0; turn < counted; turn++) {
      for (const call of calls) {
        const before = performance.now()
        yield* call
        durations.push(performance.now() - before)
      }
    }
    return { durations, memory }
  }).pipe(Effect.provide(layerOurSandbox({ idleProcesses: installs, idleMs: 600_000, spares: 0 })), Effect.scoped)

/** Time of a request and memory with so many installs, asked in turn, each with a process that is kept for it. */
export const byInstalls = (component: Component, options: BenchOptions) =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(stepsOf(options.scale), (installs) =>
      Effect.gen(function* () {
        yield* options.tell(`${installs} installs`)
        const again = Array.from({ length: Math.ceil((fewestInstalls * Math.min(1, options.scale)) / installs) })
        const parts = yield* Effect.forEach(again, () => measureOnce(component, installs, options.scale))
        const memory = parts.flatMap((part) => part.memory)
        const own = memory.map(({ proportional }) => proportional)
        return {
          installs,
          ...sampleOf(parts.flatMap(({ durations }) => durations)),
          resident: middle(memory.map(({ resident }) => resident)),
          own: middle(own),
          together: own.reduce((sum, share) => sum + share, 0) / parts.length,
          host: process.memoryUsage.rss() / 1e6
        }
      })
    )
    const first = found[0]?.median ?? Number.NaN
    const table: Table = {
      title: "Requests of so many installs in turn, each with a process kept for it (ms), and memory (MB)",
      columns: [
        ...["installs", "x the fewest", "median", "p99", "requests"],
        ...["a process, resident", "its own share", "all processes", "the host"]
      ],
      rows: found.map(({ host, installs, median, own, p99, resident, runs, together }) => [
        installs,
        median / first,
        median,
        p99,
        runs,
        resident,
        own,
        together,
        host
      ]),
      charts: [
        {
          file: "growth-sandbox-installs",
          title: "Time of a request, by the number of installs with a process kept (ms)",
          x: { column: 0, label: "installs" },
          y: "ms",
          series: [
            { column: 2, label: "median" },
            { column: 3, label: "p99" }
          ]
        },
        {
          file: "growth-sandbox-memory",
          title: "Memory, by the number of installs with a process kept (MB)",
          x: { column: 0, label: "installs" },
          y: "MB",
          series: [
            { column: 7, label: "all processes" },
            { column: 8, label: "the host" }
          ]
        }
      ]
    }
    const hundred = found.find(({ installs }) => installs === 100)
    const figures =
      hundred === undefined
        ? {}
        : {
            "100 installs / one, time of a request": hundred.median / first,
            "a process of 100 installs, own share in MB": hundred.own
          }
    return { table, figures }
  })
