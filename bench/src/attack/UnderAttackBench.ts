import { join } from "node:path"
import { Effect, type Redacted } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { type Contender, runner } from "../execute/Contenders.ts"
import { installSample, overviewRequest, populationOf, type TenantName } from "../execute/Setting.ts"
import { machine } from "../Machine.ts"
import { databases } from "../postgres/Databases.ts"
import { benchServer } from "../postgres/Server.ts"
import type { Report, Table } from "../Report.ts"
import { sampleOf } from "../Sample.ts"
import { type Asked, type AskResult, ask } from "./Ask.ts"
import { attacks } from "./Attacks.ts"
import { installAttack } from "./Installs.ts"
import { watching } from "./Watch.ts"

const token = "a-token-of-the-bench"
const atOnce = 16
const pauseMs = 10
const turns = 3
const warmUpMs = 2_000
const mebibyte = 1_048_576

const byComponent = { ALGA_EXTENSION_RUNNER_SANDBOX_PROCESS_PER: "component" }

/** What is asked beside the neighbour, and how the runner is set. */
interface Case {
  readonly name: string
  readonly asked: (url: string) => ReadonlyArray<Asked>
  readonly settings?: Readonly<Record<string, string>>
  /** Whether another runner is asked, which shares nothing with the neighbour's but the machine and the database. */
  readonly elsewhere?: boolean
  /** Whether it is asked before anything counts, too: a flood goes on for long, and an attack comes at once. */
  readonly steady?: boolean
}

/** Sixteen callers who never pause, each with the same request. */
const sixteen =
  (request: (url: string) => Asked): Case["asked"] =>
  (url) =>
    Array.from({ length: atOnce }, () => request(url))

const withoutToken = (url: string): Asked => ({
  url: `${url}/v1/execute`,
  method: "POST",
  headers: { "content-type": "application/json" },
  body: "{}",
  pauseMs: 0
})

/** What a neighbour and whoever asks for the runner's health see, and what the runner takes. */
interface Seen {
  readonly name: string
  readonly neighbour: AskResult
  readonly health: AskResult
  readonly attack: ReadonlyArray<AskResult>
  readonly own: number
  readonly children: number
  readonly processor: number
}

const observe = Effect.fnUntraced(function* (
  name: string,
  { pid, url }: Contender,
  hash: string,
  attacking: ReadonlyArray<Asked>,
  warmUp: ReadonlyArray<Asked>,
  budget: number
) {
  const neighbour: Asked = {
    url: `${url}/v1/execute`,
    method: "POST",
    ...overviewRequest("small", hash, token),
    pauseMs
  }
  const health: Asked = { url: `${url}/healthz`, method: "GET", headers: {}, body: "", pauseMs }
  yield* ask([neighbour, health, ...warmUp], warmUpMs)
  const { result, ...taken } = yield* watching(
    pid,
    Effect.all(
      [ask([neighbour, health], budget), attacking.length === 0 ? Effect.succeed([]) : ask(attacking, budget)],
      {
        concurrency: 2
      }
    )
  )
  const [[of, alive], attack] = result
  if (of === undefined || alive === undefined) return yield* new BenchFailed({ why: "nobody asked" })
  return { name, neighbour: of, health: alive, attack, ...taken } satisfies Seen
})

const sums = (results: ReadonlyArray<AskResult>): Readonly<Record<string, number>> => {
  const found: Record<string, number> = {}
  for (const [status, count] of results.flatMap(({ statuses }) => Object.entries(statuses))) {
    found[status] = (found[status] ?? 0) + count
  }
  return found
}

const together = (results: ReadonlyArray<AskResult>): AskResult => ({
  took: results.flatMap(({ took }) => took),
  statuses: sums(results)
})

/** The same case on several runners, as one. What they took is the most that one took, and of processor time the mean. */
const asOne = (name: string, all: ReadonlyArray<Seen>): Seen => ({
  name,
  neighbour: together(all.map(({ neighbour }) => neighbour)),
  health: together(all.map(({ health }) => health)),
  attack: all.flatMap(({ attack }) => attack),
  own: Math.max(...all.map(({ own }) => own)),
  children: Math.max(...all.map(({ children }) => children)),
  processor: all.reduce((sum, { processor }) => sum + processor, 0) / all.length
})

const worst = ({ took }: AskResult): number => Math.max(...took)

const statusesOf = (results: ReadonlyArray<AskResult>): string =>
  Object.entries(sums(results))
    .map(([status, count]) => `${status}: ${count}`)
    .join(", ")

const failedOf = ({ statuses }: AskResult): number =>
  Object.entries(statuses).reduce((sum, [status, count]) => (status === "200" ? sum : sum + count), 0)

const tableOf = (all: ReadonlyArray<Seen>, quiet: Seen): Table => ({
  title: "A neighbour's request and /healthz (ms) while sixteen attack or flood, and what the runner takes",
  columns: [
    ...["attack", "neighbour p50", "p99", "of quiet p99", "worst", "failed", "/healthz p50", "p99", "worst"],
    ...["runner MiB", "more than quiet", "children MiB", "processor s", "answers to the attack"]
  ],
  rows: all.map((seen) => {
    const neighbour = sampleOf(seen.neighbour.took)
    const health = sampleOf(seen.health.took)
    return [
      seen.name,
      neighbour.median,
      neighbour.p99,
      neighbour.p99 / sampleOf(quiet.neighbour.took).p99,
      worst(seen.neighbour),
      failedOf(seen.neighbour),
      health.median,
      health.p99,
      worst(seen.health),
      Math.round(seen.own / mebibyte),
      Math.round((seen.own - quiet.own) / mebibyte),
      Math.round(seen.children / mebibyte),
      seen.processor,
      statusesOf(seen.attack)
    ]
  })
})

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { budget, keep, scale, tell } = options
    const folder = join(keep, "under-attack")
    const server = yield* benchServer(folder)
    const { packed } = yield* databases(server.url, populationOf(Math.min(scale, 0.05)), tell)
    const database = packed as Redacted.Redacted
    const bundles = join(folder, "bundles")
    const hash = yield* installSample(database, bundles)
    const overview = (url: string, of: TenantName): Asked => ({
      url: `${url}/v1/execute`,
      method: "POST",
      ...overviewRequest(of, hash, token),
      pauseMs: 0
    })
    const flood = sixteen((url) => overview(url, "large"))
    const observed = ({ asked, elsewhere = false, name, settings = {}, steady = false }: Case) =>
      Effect.gen(function* () {
        yield* tell(name)
        const start = (cache: string) =>
          runner({ database, token, bundles, cache: join(folder, `${cache} ${process.pid} ${name}`) }, settings)
        const own = yield* start("cache")
        const other = elsewhere ? yield* start("another cache") : own
        const attacking = asked(other.url)
        return yield* observe(name, own, hash, attacking, steady ? attacking : [], budget)
      }).pipe(Effect.scoped)

    // The p99 of some hundred requests of one runner says little: several runners take turns.
    const inTurns = Effect.fnUntraced(function* <Name extends string>(cases: Readonly<Record<Name, Case>>) {
      const names = Object.keys(cases) as Array<Name>
      const rounds = yield* Effect.forEach(Array.from({ length: turns }).keys(), () =>
        Effect.forEach(names, (name) => observed(cases[name]))
      )
      return Object.fromEntries(
        names.map((name, at) => [
          name,
          asOne(
            cases[name].name,
            rounds.flatMap((round) => round[at] ?? [])
          )
        ])
      ) as Readonly<Record<Name, Seen>>
    })
    const flooding = { asked: flood, steady: true }
    const { beside, flooded, quiet, sharedFlooded, sharedQuiet } = yield* inTurns({
      quiet: { name: "none", asked: () => [] },
      flooded: { name: "a flood of requests as the neighbour's", ...flooding },
      // What the flood costs whom it shares a machine with, and no runner.
      beside: { name: "the same flood on another runner", ...flooding, elsewhere: true },
      sharedQuiet: { name: "none, by component", asked: () => [], settings: byComponent },
      sharedFlooded: { name: "the same flood, by component", ...flooding, settings: byComponent }
    })
    // The least that sixteen callers cost who never pause: each is refused at once.
    const least = yield* observed({ name: "none: sixteen without a token", asked: sixteen(withoutToken) })
    const attacked = yield* Effect.forEach(attacks, (attack) =>
      Effect.gen(function* () {
        const requests = yield* Effect.forEach(Array.from({ length: atOnce }).keys(), (variant) =>
          installAttack(database, bundles, attack, variant)
        )
        return yield* observed({ name: attack.name, asked: (url) => requests.map((of) => of(url, token)) })
      })
    )
    const p99Of = ({ neighbour }: Seen) => sampleOf(neighbour.took).p99
    const report: Report = {
      bench: "under-attack",
      environment: {
        ...machine,
        postgres: server.description,
        request: "the neighbour's is the sample's /api/overview, four host calls",
        milliseconds: `${budget} for each attack, on a runner of its own with an empty cache; without one and beside a flood, ${turns} times`
      },
      tables: [tableOf([quiet, least, ...attacked, flooded, beside, sharedQuiet, sharedFlooded], quiet)],
      figures: {
        "p99 of a neighbour under attack, of its quiet p99": Math.max(...attacked.map(p99Of)) / p99Of(quiet),
        "p99 of a neighbour under attack, of its p99 at the floor": Math.max(...attacked.map(p99Of)) / p99Of(least),
        "p99 of a quiet tenant beside a flood, of its own": p99Of(flooded) / p99Of(quiet),
        "p99 of a quiet tenant beside a flood, by component, of its own": p99Of(sharedFlooded) / p99Of(sharedQuiet),
        "p99 of a quiet tenant beside a flood, of that with the flood on another runner":
          Math.max(p99Of(flooded), p99Of(sharedFlooded)) / p99Of(beside),
        "worst /healthz under attack, of 150 ms": Math.max(...attacked.map(({ health }) => worst(health) / 150)),
        "memory of the runner under attack, of 300 MiB more": Math.max(
          ...attacked.map(({ own }) => (own - quiet.own) / mebibyte / 300)
        )
      }
    }
    return report
  }).pipe(
    Effect.catchIf(
      (error) => !(error instanceof BenchFailed),
      (error) => Effect.fail(new BenchFailed({ why: String(error) }))
    )
  )

/** A runner that is attacked, beside the same runner left alone. */
export const underAttack: Bench = {
  name: "under-attack",
  summary: "a neighbour's requests and /healthz while a tenant's bundles or its flood of requests attack the runner",
  run
}
