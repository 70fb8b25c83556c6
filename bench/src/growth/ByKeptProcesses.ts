import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import { atRandom } from "../installs/AtRandom.ts"
import type { Table } from "../Report.ts"

/** Processes that are kept for each install. */
const shares = [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1, 2]
const fewestRequests = 200

/** Requests of installs, 16 of them at scale 1, asked at random, by the number of processes that are kept for installs. */
export const byKeptProcesses = (component: Component, options: BenchOptions) =>
  Effect.gen(function* () {
    const installs = Math.max(2, Math.round(16 * options.scale))
    const steps = [...new Set(shares.map((share) => Math.max(1, Math.round(installs * share))))]
    const found = yield* Effect.forEach(steps, (kept) =>
      Effect.map(
        atRandom(component, {
          installs,
          kept,
          processPer: "install",
          fewest: fewestRequests * options.scale,
          milliseconds: options.budget / 2
        }),
        (it) => ({ kept, ...it })
      )
    )
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
