import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect, Schedule } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { throughput } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "./GuestProcesses.ts"
import { neverSeen } from "./Guests.ts"
import { layerOurs, request, taken } from "./Ours.ts"

const rounds = 7
/** In this time a spare process and a spare transpiler start. */
const pauseMs = 1_500
const timeoutMs = 500
const installs = 20
/** The engine's compiler takes about this many requests to settle. */
const warmUps = 300

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = performance.now()
    yield* effect
    return performance.now() - before
  })

const repeated = <E, R>(measure: Effect.Effect<number, E, R>, pauseMs = 0) =>
  Effect.map(
    Effect.forEach(Array.from({ length: rounds }), () => Effect.delay(measure, pauseMs)),
    median
  )

/** Requests a second of one process and of two, each kept busy by one caller. */
export const twoProcesses = Effect.fnUntraced(function* (
  directory: string,
  component: Component,
  options: BenchOptions
) {
  const rate = (processes: number) =>
    Effect.gen(function* () {
      const callers = Array.from({ length: processes }, (_, install) =>
        request(component, { installId: `install ${install}` })
      )
      yield* Effect.forEach(callers, (call) => Effect.repeat(call, { times: warmUps }), { concurrency: processes })
      const rates = yield* Effect.forEach(callers, (call) => throughput(call, 1, options.budget / 4), {
        concurrency: processes
      })
      return rates.reduce((sum, each) => sum + each, 0)
    }).pipe(Effect.provide(layerOurs(directory, { concurrency: processes })), Effect.scoped)
  const ones: Array<number> = []
  const twos: Array<number> = []
  for (let round = 0; round < 3; round++) {
    ones.push(yield* rate(1))
    twos.push(yield* rate(2))
  }
  const ratio = median(twos) / median(ones)
  const table: Table = {
    title: "Requests a second, memory written back, median of three turns each",
    columns: ["x one", "goal", "met", "one process", "two processes"],
    rows: [[ratio, 1.5, ratio >= 1.5 ? "yes" : "NO", median(ones), median(twos)]]
  }
  return { table, figures: { "two processes / one, requests a second": ratio } }
})

/** How soon a loop that never ends is ended, what comes after, and how long what nobody has seen takes. */
export const events = Effect.fnUntraced(function* (component: Component, bytes: Uint8Array) {
  yield* Effect.repeat(request(component, { installId: "calm" }), { times: warmUps })
  const normal = yield* repeated(timed(request(component, { installId: "calm" })))
  const afters: Array<number> = []
  const end = yield* repeated(
    Effect.gen(function* () {
      yield* request(component, { installId: "loop" })
      const looped = yield* timed(
        Effect.ignore(request(component, { installId: "loop", task: "loop", limits: { timeoutMs } }))
      )
      afters.push(yield* timed(request(component, { installId: "loop" })))
      return looped - timeoutMs
    }),
    pauseMs
  )
  const unseen = yield* repeated(
    Effect.suspend(() => timed(Effect.flatMap(taken(neverSeen(bytes)), (it) => request(it, { installId: it.hash })))),
    pauseMs
  )
  const table: Table = {
    title: `Single events (ms, medians of ${rounds})`,
    columns: ["figure", "measured", "goal", "met"],
    rows: [
      ["end of a busy loop after its deadline", end, 10, end <= 10 ? "yes" : "NO"],
      ["first answer after it, a spare ready", median(afters), 10, median(afters) <= 10 ? "yes" : "NO"],
      ["the normal latency", normal, null, null],
      ["first request of a component never seen", unseen, 250, unseen <= 250 ? "yes" : "NO"]
    ]
  }
  const figures = {
    "end of a busy loop, ms": end,
    "first answer after a busy loop, ms": median(afters),
    "first answer after a busy loop / the normal latency": median(afters) / normal,
    "first request of a component never seen, ms": unseen
  }
  return { table, figures }
})

/** What processes take that have each served one of 20 installs of one component. */
export const memory = Effect.fnUntraced(function* (directory: string, component: Component) {
  const served = Effect.gen(function* () {
    const before = new Set(guestProcesses())
    for (let install = 0; install < installs; install++) {
      yield* Effect.repeat(request(component, { installId: `install ${install}` }), Schedule.recurs(20))
    }
    return guestProcesses()
      .filter((pid) => !before.has(pid))
      .map(memoryOfGuest)
  }).pipe(Effect.provide(layerOurs(directory, { idleProcesses: installs, spares: 0 })), Effect.scoped)
  const found = yield* served
  const resident = median(found.map((it) => it.resident))
  const table: Table = {
    title: `Memory of hot processes that serve ${installs} installs of one QuickJS component, one install each (MB)`,
    columns: ["resident, median", "goal", "met", "its own share, median", "processes"],
    rows: [[resident, 130, resident <= 130 ? "yes" : "NO", median(found.map((it) => it.proportional)), found.length]]
  }
  return { table, figures: { "a process of 20 installs, resident MB": resident } }
})
