import { join } from "node:path"
import { Effect, type Redacted } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { processorTimeOf } from "../cluster/ProcessorTime.ts"
import { machine } from "../Machine.ts"
import { databases } from "../postgres/Databases.ts"
import { benchServer } from "../postgres/Server.ts"
import type { Cell, Report, Table } from "../Report.ts"
import { type Contender, floor, runner, today } from "./Contenders.ts"
import { type LoadResult, load } from "./Load.ts"
import { memoryOf } from "./ProcessMemory.ts"
import { callerOf, installSample, overviewRequest, populationOf, type TenantName } from "./Setting.ts"

const token = "a-token-of-the-bench"
const contenders = { runner, floor, today } as const
type ContenderName = keyof typeof contenders
const names = Object.keys(contenders) as ReadonlyArray<ContenderName>
const tenantNames: ReadonlyArray<TenantName> = ["small", "large"]
const crowds = [1, 16, 64] as const
const processorRounds = 3
/** Another checkout of this project, whose runner is measured beside. */
const earlier = process.env["ALGA_EXT_BENCH_EARLIER"]

/** How many requests of a tenant each server answers before anything counts. */
const firstOf = (budget: number) => Math.min(1_000, budget)

interface Measured {
  readonly by: Readonly<Record<ContenderName, Readonly<Record<(typeof crowds)[number], LoadResult>>>>
  readonly overload: LoadResult
  readonly offered: number
}

const rate = ({ seconds, served }: LoadResult): number => served / seconds

/** Loads each contender in turn with each crowd, then the runner with twice what it can do. */
const measure = (
  tenant: TenantName,
  hash: string,
  started: Readonly<Record<ContenderName, Contender>>,
  { budget, tell }: BenchOptions
): Effect.Effect<Measured, BenchFailed> =>
  Effect.gen(function* () {
    const asked = overviewRequest(tenant, hash, token)
    const loaded = (name: ContenderName, callers: number, ratePerSecond: number | null) =>
      load({
        url: `${started[name].url}/v1/execute`,
        ...asked,
        callers,
        ratePerSecond,
        milliseconds: budget,
        warmUp: ratePerSecond === null ? Math.min(1_000, budget) : 0
      })
    // The first requests of a process take several times as long as those after a thousand.
    yield* tell(`the ${tenant} tenant, before anything counts`)
    for (const name of names) {
      const first = { callers: 16, ratePerSecond: null, milliseconds: 600_000, requests: firstOf(budget), warmUp: 0 }
      yield* load({ url: `${started[name].url}/v1/execute`, ...asked, ...first })
    }
    const by: Record<string, Record<number, LoadResult>> = {}
    for (const callers of crowds) {
      yield* tell(`the ${tenant} tenant, ${callers} callers`)
      for (const name of names) {
        const result = yield* loaded(name, callers, null)
        if (result.failed > 0) return yield* new BenchFailed({ why: `${name}: ${result.failed} requests failed` })
        by[name] = { ...by[name], [callers]: result }
      }
    }
    const offered = 2 * Math.max(...[16, 64].map((callers) => rate(by["runner"]?.[callers] as LoadResult)))
    yield* tell(`the ${tenant} tenant, ${offered.toFixed(0)} requests a second`)
    const overload = yield* loaded("runner", 1, offered)
    return { by, offered, overload } as unknown as Measured
  })

const memory = (hash: string, { pid, url }: Contender, requests: number) =>
  Effect.forEach([0, 1, 2, 3, 4], (quarter) =>
    Effect.gen(function* () {
      if (quarter > 0) {
        yield* load({
          url: `${url}/v1/execute`,
          ...overviewRequest("small", hash, token),
          callers: 16,
          ratePerSecond: null,
          milliseconds: 600_000,
          requests: Math.ceil(requests / 4),
          warmUp: 0
        })
      }
      const { children, own } = yield* Effect.promise(() => memoryOf(pid))
      return { requests: Math.ceil((requests * quarter) / 4), own, children }
    })
  )

/** Processor time of the servers' own processes for one overview of the small tenant at 16 callers, in milliseconds. */
const processorTimes = (hash: string, servers: Readonly<Record<string, Contender>>, requests: number) =>
  Effect.gen(function* () {
    const found = new Map<string, Array<number>>(Object.keys(servers).map((name) => [name, []]))
    for (let round = 0; round < processorRounds; round++) {
      for (const [name, { pid, url }] of Object.entries(servers)) {
        const own = Effect.map(
          Effect.promise(() => processorTimeOf(pid)),
          (time) => time.own
        )
        const before = yield* own
        const { served } = yield* load({
          url: `${url}/v1/execute`,
          ...overviewRequest("small", hash, token),
          callers: 16,
          ratePerSecond: null,
          milliseconds: 600_000,
          requests,
          warmUp: 0
        })
        found.get(name)?.push(((yield* own) - before) / served)
      }
    }
    const middle = (values: ReadonlyArray<number>) =>
      values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
    return [...found].map(([name, values]) => ({ name, own: middle(values) }))
  })

/** A ratio that has a goal. */
interface Ratio {
  readonly tenant: TenantName
  readonly what: string
  readonly value: number
  readonly atLeast?: number
  readonly atMost?: number
}

const ratiosOf = (measured: Readonly<Record<TenantName, Measured>>): ReadonlyArray<Ratio> =>
  tenantNames.flatMap((tenant): ReadonlyArray<Ratio> => {
    const { by, overload } = measured[tenant]
    return [
      {
        tenant,
        what: "latency at 1 caller, of the floor's",
        value: by.runner[1].took.median / by.floor[1].took.median,
        atMost: tenant === "small" ? 2 : 1.8
      },
      ...([16, 64] as const).map((callers) => ({
        tenant,
        what: `throughput at ${callers} callers, of today's shape`,
        value: rate(by.runner[callers]) / rate(by.today[callers]),
        atLeast: tenant === "small" && callers === 16 ? 1.3 : 1
      })),
      {
        tenant,
        what: "p99 at twice the load, of p99 at 64 callers",
        value: overload.took.p99 / by.runner[64].took.p99,
        atMost: 3
      }
    ]
  })

const ratioRow = ({ atLeast, atMost, tenant, value, what }: Ratio): ReadonlyArray<Cell> => {
  const reached = atMost === undefined ? value >= (atLeast ?? 0) : value <= atMost
  const goal = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`
  return [tenant, what, value, goal, reached ? "yes" : "NO"]
}

const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20)

const report = (
  environment: Report["environment"],
  measured: Readonly<Record<TenantName, Measured>>,
  memories: ReadonlyArray<{ readonly requests: number; readonly own: number; readonly children: number }>,
  processors: ReadonlyArray<{ readonly name: string; readonly own: number }>
): Report => {
  const ratios = ratiosOf(measured)
  const ownOf = (of: string) => processors.find(({ name }) => name === of)?.own ?? Number.NaN
  const tables: ReadonlyArray<Table> = [
    { title: "Ratios", columns: ["tenant", "what", "ratio", "goal", "reached"], rows: ratios.map(ratioRow) },
    {
      title: "Requests one after another (ms), and at once",
      columns: ["tenant", "by", "median", "p99", "16: req/s", "p99", "64: req/s", "p99"],
      rows: tenantNames.flatMap((tenant) =>
        names.map((name) => {
          const { 1: alone, 16: some, 64: many } = measured[tenant].by[name]
          return [tenant, name, alone.took.median, alone.took.p99, rate(some), some.took.p99, rate(many), many.took.p99]
        })
      )
    },
    {
      title: "The runner at twice the load that it can do",
      columns: ["tenant", "offered/s", "served/s", "p99 ms", "refused/s", "refused after, median ms", "p99 ms"],
      rows: tenantNames.map((tenant) => {
        const { offered, overload } = measured[tenant]
        return [
          tenant,
          offered,
          rate(overload),
          overload.took.p99,
          overload.refused / overload.seconds,
          overload.refusedAfter.median,
          overload.refusedAfter.p99
        ]
      })
    },
    {
      title: "Processor time of the server's own process: an overview of the small tenant at 16 callers (ms)",
      columns: ["of the floor's", "by", "own"],
      rows: processors.map(({ name, own }) => [own / ownOf("floor"), name, own])
    },
    {
      title: "Resident memory (MiB) after so many requests",
      columns: ["requests", "runner", "its sandbox processes"],
      rows: memories.map(({ children, own, requests }) => [requests, mebibytes(own), mebibytes(children)])
    }
  ]
  const [, quarter, ...later] = memories.map(({ children, own }) => own + children)
  const figures = {
    ...Object.fromEntries(ratios.map(({ tenant, value, what }) => [`${tenant} tenant: ${what}`, value])),
    "small tenant: the runner's own processor time at 16 callers, of the floor's": ownOf("runner") / ownOf("floor"),
    ...(earlier === undefined
      ? {}
      : { "small tenant: the same, of the earlier runner's": ownOf("runner") / ownOf("earlier") }),
    "memory after all requests / after a quarter": (later.at(-1) ?? Number.NaN) / (quarter ?? Number.NaN)
  }
  return { bench: "execute", environment, tables, figures }
}

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { budget, keep, scale, tell } = options
    const folder = join(keep, "execute")
    const server = yield* benchServer(folder)
    const people = populationOf(scale)
    const { packed } = yield* databases(server.url, people, tell)
    const bundles = join(folder, "bundles")
    const hash = yield* installSample(packed, bundles)
    const given = { database: packed as Redacted.Redacted, token, bundles, cache: join(folder, "cache") }
    const started = {
      runner: yield* runner(given),
      floor: yield* floor(given),
      today: yield* today(given)
    }
    const measured = {
      small: yield* measure("small", hash, started, options),
      large: yield* measure("large", hash, started, options)
    }
    const requests = Math.max(400, Math.round(4 * budget * scale))
    yield* tell("processor times")
    // All of them new: what a process did before changes what its requests take.
    const fresh = {
      runner: yield* runner({ ...given, cache: join(folder, "another cache") }),
      floor: yield* floor(given),
      today: yield* today(given),
      ...(earlier === undefined
        ? {}
        : { earlier: yield* runner({ ...given, cache: join(folder, "earlier cache") }, {}, earlier) })
    }
    const times = yield* processorTimes(hash, fresh, Math.ceil(requests / 4))
    yield* tell(`${requests} requests for the memory`)
    const memories = yield* memory(hash, started.runner, requests)
    const environment = {
      ...machine,
      postgres: server.description,
      clients: `small tenant ${people.small}, large tenant ${people.large}`,
      request: `/api/overview as a user of tenant ${callerOf("small").tenant.slice(0, 8)}…, four host calls`,
      milliseconds: `${budget} each, after at most 1,000 of warm-up`,
      first: `${firstOf(budget)} requests of each tenant to each server, which do not count`
    }
    return report(environment, measured, memories, times)
  }).pipe(
    Effect.catchIf(
      (error) => !(error instanceof BenchFailed),
      (error) => Effect.fail(new BenchFailed({ why: String(error) }))
    )
  )

/** `POST /v1/execute` beside a plain function and beside today's shape. */
export const execute: Bench = {
  name: "execute",
  summary: "POST /v1/execute of the sample: latency, throughput, overload and memory, beside no sandbox and HTTP calls",
  run
}
