import { join } from "node:path"
import { Effect } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { runner } from "../execute/Contenders.ts"
import { callerOf, installSample, populationOf, type TenantName } from "../execute/Setting.ts"
import { machine } from "../Machine.ts"
import { databases } from "../postgres/Databases.ts"
import { knexPeer, type Listing, type Peer } from "../postgres/Peer.ts"
import { benchServer } from "../postgres/Server.ts"
import type { Report, Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"

const token = "a-token-of-the-bench"
const tenantNames: ReadonlyArray<TenantName> = ["small", "large"]
const pageSize = 25
const countedCalls = 20

/** A read that today's runner asks for, and what the product sends to the database for it. */
interface Read {
  readonly name: string
  readonly resource: "clients" | "services"
  readonly body: { readonly operation: "list" | "get"; readonly input: object }
  readonly product: Effect.Effect<unknown>
  readonly productStatements: number
}

const listed = (peer: Peer, resource: Read["resource"], name: string, asked: Listing): Read => ({
  name,
  resource,
  body: { operation: "list", input: { page: asked.page, pageSize, ...(asked.search && { search: asked.search }) } },
  product: peer[resource](asked),
  productStatements: peer.sent(resource, asked).length
})

const readsOf = (peer: Peer, tenant: string, clients: number) =>
  Effect.gen(function* () {
    const first: Listing = { tenant, search: null, page: 1, pageSize }
    const [clientId = ""] = (yield* peer.clients(first)).ids
    const got: Read = {
      name: "one client",
      resource: "clients",
      body: { operation: "get", input: { clientId } },
      product: peer.client(tenant, clientId),
      productStatements: 1
    }
    const deep = Math.max(1, Math.floor((clients * 0.8) / pageSize))
    return [
      listed(peer, "clients", "clients, first page", first),
      listed(peer, "clients", "clients, deep page", { ...first, page: deep }),
      listed(peer, "clients", "clients, search", { ...first, search: "consult" }),
      listed(peer, "services", "services, first page", first),
      got
    ]
  })

const answered = async (response: Response): Promise<string> => {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`)
  return text
}

const asking = (url: string, tenant: TenantName, { body, resource }: Read, forUser: boolean) => {
  const { install, user } = callerOf(tenant)
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", "x-runner-auth": token },
    body: JSON.stringify({ ...body, ...(forUser && { user: { userId: user, userType: "internal" } }) })
  }
  return Effect.promise(() => fetch(`${url}/api/internal/ext-${resource}/install/${install}`, init).then(answered))
}

const bareHttp = (url: string) => Effect.promise(() => fetch(`${url}/healthz`).then(answered))

/** How many statements the runner has sent to its database. */
const statementsSent = (url: string) =>
  Effect.promise(async () => {
    const metrics = await answered(await fetch(`${url}/metrics`))
    const counts = metrics.matchAll(/^alga_extension_database_statement_seconds_count(?:\{.*\})? (\d+)$/gm)
    return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0)
  })

const statementsEach = (url: string, call: Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const before = yield* statementsSent(url)
    for (let at = 0; at < countedCalls; at++) yield* call
    return ((yield* statementsSent(url)) - before) / countedCalls
  })

const run = ({ budget, keep, scale, tell }: BenchOptions) =>
  Effect.gen(function* () {
    const folder = join(keep, "execute")
    const server = yield* benchServer(folder)
    const people = populationOf(scale)
    const { bare, packed } = yield* databases(server.url, people, tell)
    const bundles = join(folder, "bundles")
    yield* installSample(packed, bundles)
    const { url } = yield* runner(
      { database: packed, token, bundles, cache: join(folder, "cache") },
      { ALGA_EXTENSION_RUNNER_READS_TOKEN: token }
    )
    const peer = yield* knexPeer(bare, "today")
    const latencies: Array<Table["rows"][number]> = []
    const statements: Array<Table["rows"][number]> = []
    const figures: Record<string, number> = {}
    for (const tenant of tenantNames) {
      for (const read of yield* readsOf(peer, callerOf(tenant).tenant, people[tenant])) {
        yield* tell(`the ${tenant} tenant, ${read.name}`)
        const forUser = asking(url, tenant, read, true)
        const forSchedule = asking(url, tenant, read, false)
        const taken = yield* interleaved({ here: forUser, product: read.product, http: bareHttp(url) }, budget)
        latencies.push([
          tenant,
          read.name,
          ...[taken.here, taken.product, taken.http].flatMap(({ median, p99 }) => [median, p99]),
          taken.here.runs
        ])
        const [withUser, without] = [
          yield* statementsEach(url, forUser),
          yield* statementsEach(url, forSchedule)
        ] as const
        statements.push([tenant, read.name, withUser, without, read.productStatements])
        figures[`${tenant} tenant: ${read.name}: statements`] = withUser
        figures[`${tenant} tenant: ${read.name}: here / the product's statements`] =
          taken.here.median / taken.product.median
      }
    }
    return {
      bench: "todays-runner",
      environment: {
        ...machine,
        postgres: server.description,
        clients: `small tenant ${people.small}, large tenant ${people.large}`,
        here: "a request over HTTP, all checks included, with the index pack",
        product: "its count and its page through knex, or the one for a record; no HTTP, no checks, its own indexes",
        milliseconds: `${budget} each`
      },
      tables: [
        {
          title: "Reads for today's runner, one after another (ms)",
          columns: ["tenant", "read", "here", "p99", "the product's statements", "p99", "GET /healthz", "p99", "runs"],
          rows: latencies
        },
        {
          title: `Statements a call, over ${countedCalls} calls`,
          columns: ["tenant", "read", "here, for a user", "here, for a schedule", "the product, without its checks"],
          rows: statements
        }
      ],
      figures
    } satisfies Report
  }).pipe(
    Effect.catchIf(
      (error) => !(error instanceof BenchFailed),
      (error) => Effect.fail(new BenchFailed({ why: String(error) }))
    )
  )

/** The reads that the product's own runner asks for, beside the statements that the product sends for them. */
export const todaysRunner: Bench = {
  name: "todays-runner",
  summary: "reads for today's runner: latency and statements a call, beside the product's own statements",
  run
}
