import { join } from "node:path"
import * as AccessTables from "@alga-psa/ext-adapters-pg/AccessTables"
import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { Duration, Effect, Redacted } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { processorTimeOf } from "../cluster/ProcessorTime.ts"
import { type Contender, runner } from "../execute/Contenders.ts"
import { load } from "../execute/Load.ts"
import { installSample, overviewRequest, populationOf } from "../execute/Setting.ts"
import { machine } from "../Machine.ts"
import { administering, databases } from "../postgres/Databases.ts"
import { benchServer } from "../postgres/Server.ts"
import { sampleOf } from "../Sample.ts"

const token = "a-token-of-the-bench"
const callers = 16
const readsOfRequest = 4
const rounds = 9
const [writer, reader] = [RoleName.make("bench_access_writer"), RoleName.make("bench_access_reader")]
const password = "a-password-of-the-bench"

/** The table of access records, and the address of the login that adds to it. */
const tables = (database: Redacted.Redacted) =>
  Effect.gen(function* () {
    for (const role of [writer, reader]) {
      yield* administering(database, (run) =>
        run(`DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
            CREATE ROLE ${role} LOGIN PASSWORD '${password}';
          END IF;
        END $$`)
      )
    }
    const retention = Duration.days(90)
    yield* Effect.provide(AccessTables.apply({ writer, reader, retention }), layerAdmin(database))
    const login = new URL(Redacted.value(database))
    login.username = writer
    login.password = password
    return login.href
  })

/** Requests a second, and milliseconds of the runner's own process for each read. */
interface Figures {
  readonly rate: number
  readonly perRead: number
  /** The same of its sandbox processes too. */
  readonly allPerRead: number
}

const measured = ({ pid, url }: Contender, hash: string, milliseconds: number) =>
  Effect.gen(function* () {
    const before = yield* Effect.promise(() => processorTimeOf(pid))
    const { failed, seconds, served } = yield* load({
      url: `${url}/v1/execute`,
      ...overviewRequest("small", hash, token),
      callers,
      ratePerSecond: null,
      milliseconds,
      warmUp: 0
    })
    if (failed > 0) return yield* new BenchFailed({ why: `${failed} requests failed` })
    // The records of the last second are still to be written.
    yield* Effect.sleep("1500 millis")
    const after = yield* Effect.promise(() => processorTimeOf(pid))
    const own = after.own - before.own
    const reads = served * readsOfRequest
    const figures: Figures = {
      rate: served / seconds,
      perRead: own / reads,
      allPerRead: (own + after.children - before.children) / reads
    }
    return figures
  })

const run = ({ budget, keep, scale, tell }: BenchOptions) =>
  Effect.gen(function* () {
    const folder = join(keep, "execute")
    const server = yield* benchServer(folder)
    const { packed } = yield* databases(server.url, populationOf(scale), tell)
    const bundles = join(folder, "bundles")
    const hash = yield* installSample(packed, bundles)
    const given = { database: packed, token, bundles, cache: join(folder, "cache") }
    const without = yield* runner(given)
    const kept = yield* runner(given, { DATABASE_ACCESS_URL: yield* tables(packed) })
    const figures: { readonly without: Array<Figures>; readonly kept: Array<Figures> } = { without: [], kept: [] }
    yield* measured(without, hash, budget)
    yield* measured(kept, hash, budget)
    for (let round = 1; round <= rounds; round++) {
      yield* tell(`round ${round} of ${rounds}`)
      const order = round % 2 === 0 ? (["without", "kept"] as const) : (["kept", "without"] as const)
      for (const name of order) figures[name].push(yield* measured(name === "kept" ? kept : without, hash, budget))
    }
    const median = (of: ReadonlyArray<Figures>, what: keyof Figures) => sampleOf(of.map((one) => one[what])).median
    const rows = (["without", "kept"] as const).map((name) => {
      const of = figures[name]
      return [name, median(of, "rate"), median(of, "perRead") * 1_000, median(of, "allPerRead") * 1_000]
    })
    const ratio = (what: keyof Figures) =>
      sampleOf(figures.kept.map((one, at) => one[what] / (figures.without[at]?.[what] ?? 1))).median
    const ratios = {
      rate: ratio("rate"),
      "processor time": ratio("allPerRead"),
      "of its own process": ratio("perRead")
    }
    return {
      bench: "access",
      environment: {
        ...machine,
        postgres: server.description,
        request: `/api/overview, ${readsOfRequest} reads, ${callers} callers`,
        milliseconds: `${budget} each, ${rounds} rounds in turns, the median`
      },
      tables: [
        {
          title: "With access records, of without",
          columns: ["what", "ratio", "goal"],
          rows: [
            ["throughput", ratios.rate, "at least 0.95"],
            ["processor time a read, sandbox included", ratios["processor time"], "at most 1.02"],
            ["processor time a read, of the runner's own process", ratios["of its own process"], ""]
          ]
        },
        { title: "Each", columns: ["records", "requests/s", "own µs a read", "all µs a read"], rows }
      ],
      figures: ratios
    }
  }).pipe(
    Effect.catchIf(
      (error) => !(error instanceof BenchFailed),
      (error) => Effect.fail(new BenchFailed({ why: String(error) }))
    )
  )

/** What it costs to keep a record of each guarded call. */
export const access: Bench = {
  name: "access",
  summary: "The sample at 16 callers with access records in PostgreSQL, beside without: processor time, throughput",
  run
}
