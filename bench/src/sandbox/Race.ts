import type { Component, ExecutionFailed, Sandbox } from "@alga-psa/ext-adapters-wit"
import { Effect, type Scope } from "effect"
import { BenchFailed, type BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { interleaved, type Sample } from "../Sample.ts"
import { expected } from "./MockData.ts"
import { request, withFreshInstances } from "./Ours.ts"
import { peers, startPeer } from "./Peers.ts"

const batch = 10
/** Compilers need three hundred requests or so to settle. */
const warmUpBatches = 30

interface Contender {
  readonly name: string
  /** Requests that {@link call} makes. */
  readonly batch: number
  readonly call: Effect.Effect<unknown, BenchFailed | ExecutionFailed, Sandbox>
}

const ours = (name: string, component: Component): Effect.Effect<Contender, BenchFailed | ExecutionFailed, Sandbox> =>
  Effect.gen(function* () {
    const once = request(component, { installId: name })
    const answer = Buffer.from((yield* once).body ?? []).toString()
    if (answer !== expected) return yield* new BenchFailed({ why: `${name} gives another answer: ${answer}` })
    return { name, batch, call: Effect.repeat(once, { times: batch - 1 }) }
  })

const peer = (name: keyof typeof peers): Effect.Effect<Contender, BenchFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { module, batch: requests } = peers[name]
    const run = yield* startPeer(module)
    return { name, batch: requests, call: run(requests) }
  })

const quickjs = "ours, QuickJS, memory written back"
const fresh = "ours, QuickJS, fresh instance"

/** Goals in times the time of a peer. */
const goals = [
  { than: "isolated-vm, fresh isolate from a snapshot", least: 0.5 },
  { than: fresh, least: 0.5 }
]

/**
 * All contenders in turns, each a batch of requests at a time, one request after another. A peer that cannot be had on
 * this machine is in the table without figures.
 */
export const race = Effect.fnUntraced(function* (small: Component, large: Component, options: BenchOptions) {
  const own = [
    yield* ours(quickjs, small),
    yield* ours(fresh, withFreshInstances(small)),
    yield* ours("ours, StarlingMonkey, memory written back", large),
    yield* ours("ours, StarlingMonkey, fresh instance", withFreshInstances(large))
  ]
  const names = Object.keys(peers) as ReadonlyArray<keyof typeof peers>
  const others = yield* Effect.forEach(names, (name) =>
    Effect.match(peer(name), {
      onSuccess: (contender) => ({ name, contender, why: "" }),
      onFailure: ({ why }) => ({ name, contender: null, why })
    })
  )
  const contenders = [...own, ...others.flatMap(({ contender }) => (contender === null ? [] : [contender]))]
  yield* Effect.forEach(contenders, ({ call }) => Effect.repeat(call, { times: warmUpBatches - 1 }))
  const taken: Readonly<Record<string, Sample>> = yield* interleaved(
    Object.fromEntries(contenders.map(({ name, call }) => [name, call])),
    options.budget
  )
  const perRequest = new Map(
    contenders.map(({ name, batch: requests }) => [name, (taken[name]?.median ?? Number.NaN) / requests])
  )
  const our = perRequest.get(quickjs) ?? Number.NaN
  const table: Table = {
    title:
      "One request at a time: a list of 25 and a get, twice (ms, median of batches); the ratio is its time to ours",
    columns: ["x ours", "contender", "a request", "slowest batch", "batches", "requests a batch"],
    rows: [
      ...contenders.map(({ name, batch: requests }) => {
        const median = perRequest.get(name) ?? Number.NaN
        return [median / our, name, median, (taken[name]?.p99 ?? 0) / requests, taken[name]?.runs ?? 0, requests]
      }),
      ...others
        .filter(({ contender }) => contender === null)
        .map(({ name, why }) => [null, `${name}: missing, ${why}`, null, null, null, null])
    ]
  }
  const found = goals.flatMap(({ than, least }) => {
    const other = perRequest.get(than)
    return other === undefined ? [] : [{ than, least, ratio: our / other }]
  })
  const met: Table = {
    title: "Goals: a request with memory written back takes at most so many times the other's",
    columns: ["times", "goal", "met", "than"],
    rows: found.map(({ least, ratio, than }) => [ratio, least, ratio <= least ? "yes" : "NO", than])
  }
  const figures = Object.fromEntries(found.map(({ ratio, than }) => [`a request / ${than}`, ratio]))
  return { tables: [table, met], figures }
})
