import { type Component, defaultLimits } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Chart, Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { pageOf } from "../sandbox/MockData.ts"
import { layerOurSandbox, request } from "../sandbox/Ours.ts"

const bodies = [1_000, 10_000, 100_000, 1_000_000, defaultLimits.responseBodyBytes]
const pageSizes = [1, 10, 25, 50, 100]

const chart = (file: string, label: string, series: Chart["series"], title: string): Chart => ({
  file,
  title,
  x: { column: 0, label },
  y: "ms",
  series
})

const measureBody = (component: Component, bytes: number, budget: number) =>
  Effect.gen(function* () {
    const others = new Set(guestProcesses())
    const body = new Uint8Array(bytes).fill(97)
    const { asked, answered } = yield* interleaved(
      {
        asked: request(component, { installId: "asked", task: "take", body }),
        answered: request(component, { installId: "answered", task: `answer/${bytes}` })
      },
      budget
    )
    const memory = guestProcesses()
      .filter((pid) => !others.has(pid))
      .map((pid) => memoryOfGuest(pid).resident)
    return { bytes, asked, answered, resident: Math.max(0, ...memory) }
  }).pipe(Effect.provide(layerOurSandbox({ limits: defaultLimits, spares: 0 })), Effect.scoped)

/** Requests and answers with bodies up to the limit. */
export const byBody = (component: Component, { budget }: BenchOptions) =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(bodies, (bytes) => measureBody(component, bytes, budget))
    const first = found[0]
    const table: Table = {
      title: "A request with a body, and one whose answer has one (ms), up to the limits' defaults; memory in MB",
      columns: [
        ...["bytes", "x the smallest", "request", "p99", "x the smallest", "answer", "p99"],
        ...["ms a MB more", "largest process", "requests"]
      ],
      rows: found.map(({ answered, asked, bytes, resident }, at) => {
        const less = found[at - 1]
        return [
          bytes,
          asked.median / (first?.asked.median ?? Number.NaN),
          asked.median,
          asked.p99,
          answered.median / (first?.answered.median ?? Number.NaN),
          answered.median,
          answered.p99,
          less === undefined ? null : ((answered.median - less.answered.median) / (bytes - less.bytes)) * 1e6,
          resident,
          asked.runs
        ]
      }),
      charts: [
        chart(
          "growth-sandbox-body",
          "bytes of the body",
          [
            { column: 2, label: "request" },
            { column: 5, label: "answer" }
          ],
          "A request with a body, and one whose answer has one (ms, median)"
        )
      ]
    }
    const [million, most] = found.slice(-2)
    return {
      table,
      figures: {
        "an answer of 10 MB / of 1 MB":
          (most?.answered.median ?? Number.NaN) / (million?.answered.median ?? Number.NaN),
        "a request of 10 MB / of 1 MB": (most?.asked.median ?? Number.NaN) / (million?.asked.median ?? Number.NaN)
      }
    }
  })

/** Requests that list one page, by its size. */
export const byPageSize = (component: Component, { budget, scale }: BenchOptions) =>
  Effect.gen(function* () {
    const calls = pageSizes.map((size) => [String(size), request(component, { task: `page/${size}` })] as const)
    for (const [, call] of calls) yield* Effect.repeat(call, { times: 100 * Math.min(1, scale) })
    const found = yield* interleaved(Object.fromEntries(calls), budget)
    const median = (size: number) => found[String(size)]?.median ?? Number.NaN
    const table: Table = {
      title: "A request that lists one page, by its size (ms)",
      columns: ["clients a page", "x one", "median", "p99", "bytes as JSON", "requests"],
      rows: pageSizes.map((size) => [
        size,
        median(size) / median(1),
        median(size),
        found[String(size)]?.p99 ?? null,
        JSON.stringify(pageOf(size)).length,
        found[String(size)]?.runs ?? null
      ]),
      charts: [
        chart(
          "growth-sandbox-page",
          "clients on the page",
          [
            { column: 2, label: "median" },
            { column: 3, label: "p99" }
          ],
          "A request that lists one page, by its size (ms)"
        )
      ]
    }
    return { table, figures: { "a page of 100 / of one": median(100) / median(1) } }
  }).pipe(Effect.provide(layerOurSandbox()), Effect.scoped)
