import { cursorOf, type PageCursor } from "@alga-psa/ext-domain/PageCursor"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import type { Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import * as Ours from "./Ours.ts"
import type { Peer } from "./Peer.ts"
import { loadedId, measuredTenants, type Population } from "./Population.ts"

const pageSize = 100
const sizes = ["small", "middle", "large"] as const

/** How many times faster than today an iteration is to be, by tenant size: 500, 20,000 and 200,000 clients. */
const goals = { small: 3, middle: 100, large: 500 } as const

/** The page whose cost is compared with the first's, and within how many times of it it is to be. */
const [farPage, farGoal] = [1_000, 1.3]

/** Milliseconds before anything counts, and the rounds that count: at least three, and more where one is short. */
const [warmUp, fewestRounds, mostRounds] = [1_000, 3, 100]

const timed = <A, E, R>(run: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const before = performance.now()
    return Effect.map(run, (found) => ({ found, took: performance.now() - before }))
  })

const median = (list: ReadonlyArray<number>) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0

/** All clients, page after page, and how many pages that were; at most so many. */
const iterated = (tenant: string, most = Number.POSITIVE_INFINITY) =>
  Effect.gen(function* () {
    let after: PageCursor | null = null
    let [count, pages] = [0, 0]
    do {
      const page: Effect.Success<ReturnType<typeof Ours.clientsBehind>> = yield* Ours.clientsBehind(
        tenant,
        pageSize,
        after
      )
      count += page.items.length
      pages += 1
      after = page.next === null ? null : cursorOf(page.next)
    } while (after !== null && pages < most)
    return { count, pages, after }
  })

/** Today's pages of a whole iteration: all of them, or each so manieth in place of those up to the next. */
const paged = (today: Peer, tenant: string, pages: number) =>
  Effect.gen(function* () {
    const step = pages <= 50 ? 1 : 50
    let took = 0
    for (let page = 1; page <= pages; page += step) {
      const one = yield* timed(today.clients({ tenant, search: null, page, pageSize }))
      took += one.took * Math.min(step, pages - page + 1)
    }
    return took
  })

/** All clients of a tenant by cursor, beside the same by today's pages, and a page far on beside the first. */
export const iterations = (people: Population, today: Peer, { budget, tell }: BenchOptions) =>
  Effect.gen(function* () {
    const figures: Record<string, number> = {}
    const rows: Array<Table["rows"][number]> = []
    for (const size of sizes) {
      yield* tell(`all clients of a tenant of ${people[size]}`)
      const tenant = loadedId(`tenant ${measuredTenants[size]}`)
      const { count, pages } = yield* iterated(tenant)
      const warm = performance.now()
      while (performance.now() - warm < Math.min(warmUp, budget * 2)) {
        yield* iterated(tenant)
        yield* paged(today, tenant, pages)
      }
      const [ours, theirs]: [Array<number>, Array<number>] = [[], []]
      const begin = performance.now()
      for (let round = 0; round < mostRounds && (round < fewestRounds || performance.now() - begin < budget); round++) {
        ours.push((yield* timed(iterated(tenant))).took)
        theirs.push(yield* paged(today, tenant, pages))
      }
      const ratio = median(theirs) / median(ours)
      figures[`all clients by cursor, tenant of ${people[size]}: today / ours`] = ratio
      rows.push([
        ...[ratio, goals[size], ratio >= goals[size] ? "yes" : "NO", people[size], count, pages],
        ...[median(ours), median(ours) / pages, median(theirs), median(theirs) / pages]
      ])
    }
    yield* tell("a page far on by cursor")
    const largest = loadedId(`tenant ${measuredTenants.large}`)
    const { after, pages } = yield* iterated(largest, farPage - 1)
    const { first, far } = yield* interleaved(
      { first: Ours.clientsBehind(largest, pageSize, null), far: Ours.clientsBehind(largest, pageSize, after) },
      budget
    )
    const ratio = far.median / first.median
    figures["clients by cursor: a page far on / the first"] = ratio
    const tables: ReadonlyArray<Table> = [
      {
        title: `All clients, ${pageSize} a page, by cursor; today by OFFSET, above 50 pages summed from every 50th (ms)`,
        columns: [
          ...["x today", "goal", "met", "tenant's rows", "listed", "pages"],
          ...["ours", "ours a page", "today", "today a page"]
        ],
        rows
      },
      {
        title: `Page ${pages + 1} by cursor beside the first, ${pageSize} clients (ms); goal: within ${farGoal} times`,
        columns: ["times the first", "met", "far on", "p99", "first", "p99", "runs"],
        rows: [[ratio, ratio <= farGoal ? "yes" : "NO", far.median, far.p99, first.median, first.p99, first.runs]]
      }
    ]
    return { tables, figures }
  })
