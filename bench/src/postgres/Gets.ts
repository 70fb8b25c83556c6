import { ClientReads } from "@alga-psa/ext-domain/ClientReads"
import { ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { asExecution } from "@alga-psa/ext-domain/Invocation"
import { Effect, Redacted, type Scope } from "effect"
import pg from "pg"
import type { Table } from "../Report.ts"
import { interleaved, throughput } from "../Sample.ts"
import * as Ours from "./Ours.ts"
import type { Peer, Sent } from "./Peer.ts"
import { loadedId } from "./Population.ts"

const tenant = loadedId("tenant 0")

/** An execution by a user who may read clients, as the runner makes one. */
const invocation = {
  tenantId: TenantId.make(tenant),
  extensionId: ExtensionId.make(loadedId("extension")),
  installId: InstallId.make(loadedId("install 0")),
  versionId: null,
  contentHash: null,
  requestId: null,
  trigger: null,
  user: {
    userId: UserId.make(loadedId("user 0 1")),
    userEmail: "1@0.example",
    userName: "Maya Okafor",
    userType: "internal",
    clientName: "Tenant 0",
    clientId: null,
    additionalFields: {}
  },
  restrictTo: null,
  settings: null
} as const

const preparedPool = (url: Redacted.Redacted, connections: number): Effect.Effect<pg.Pool, never, Scope.Scope> =>
  Effect.acquireRelease(
    // Without a listener an idle connection that ends, as when its database is dropped, would end the program.
    Effect.sync(() => new pg.Pool({ connectionString: Redacted.value(url), max: connections }).on("error", () => {})),
    (pool) => Effect.promise(() => pool.end())
  )

/** The record that each call asks for: another one each time, over and over. */
const inTurn = <A, E, R>(ids: ReadonlyArray<string>, read: (id: string) => Effect.Effect<A, E, R>) => {
  let calls = 0
  return Effect.suspend(() => read(ids[calls++ % ids.length] ?? ""))
}

const callers = 16

/**
 * Reads of single clients of the largest tenant: how long one takes, and how many a second sixteen callers get. `bare` is
 * the adapter's own statement by the same client with its rows as they are; `prepared` the same by `pg`. `guarded` is a call
 * of an execution that knows its rights, `alone` the only call of its execution, which asks for them.
 */
export const gets = (url: Redacted.Redacted, today: Peer, connections: number, budget: number) =>
  Effect.gen(function* () {
    const pool = yield* preparedPool(url, connections)
    const ids: Array<string> = []
    for (const page of [1, 2, 3, 4]) {
      const { items } = yield* Ours.clients({ tenant, search: null, page, pageSize: 100 })
      ids.push(...items.map((item) => item.clientId))
    }
    const sent = yield* Ours.sentBy(Ours.client(tenant, ids[0] ?? ""))
    const withId = (id: string): Sent => ({ ...sent, params: sent.params.map((it) => (it === ids[0] ? id : it)) })
    const reads = yield* ClientReads
    const guarded = inTurn(ids, reads.get)
    const unguarded = inTurn(ids, (id) => asExecution(invocation)(reads.get(id)))
    const ours = inTurn(ids, (id) => Ours.client(tenant, id))
    const bare = inTurn(ids, (id) => Ours.bare(withId(id)))
    const knex = inTurn(ids, (id) => today.client(tenant, id))
    const prepared = inTurn(ids, (id) =>
      Effect.promise(() => pool.query({ name: "get", text: sent.sql, values: [...withId(id).params] }))
    )
    const latency = yield* interleaved({ ours, guarded, alone: unguarded, bare, today: knex, prepared }, budget * 2)
    const rates = { ours: [] as Array<number>, guarded: [] as Array<number>, prepared: [] as Array<number> }
    const turn = Math.min(500, budget)
    for (let round = 0; round < 6; round++) {
      const taken = {
        ours: yield* throughput(ours, callers, turn),
        prepared: yield* throughput(prepared, callers, turn),
        guarded: yield* throughput(guarded, callers, turn)
      }
      // The first turns only warm up.
      if (round > 0) for (const by of ["ours", "prepared", "guarded"] as const) rates[by].push(taken[by])
    }
    const median = (list: ReadonlyArray<number>) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0
    const row = (name: keyof typeof latency) => {
      const { median: middle, p99, runs } = latency[name]
      return [name, middle / latency.ours.median, middle, p99, runs] as const
    }
    const tables: ReadonlyArray<Table> = [
      {
        title: `Get one client, one caller, ${connections} connections (ms); ratios to ours: goal today >= 3; guarded to bare ${(
          latency.guarded.median / latency.bare.median
        ).toFixed(2)}, goal <= 1.3`,
        columns: ["by", "times ours", "median", "p99", "runs"],
        rows: (["ours", "guarded", "alone", "bare", "today", "prepared"] as const).map(row)
      },
      {
        title: `Get one client, ${callers} callers, ${connections} connections each (calls a second); goal ours >= 2 times prepared`,
        columns: ["by", "times prepared", "a second"],
        rows: (["ours", "guarded", "prepared"] as const).map((name) => [
          name,
          median(rates[name]) / median(rates.prepared),
          Math.round(median(rates[name]))
        ])
      }
    ]
    const figures = {
      "get: today / ours": latency.today.median / latency.ours.median,
      "guarded get / bare statement": latency.guarded.median / latency.bare.median,
      "get, 16 callers: ours / pg prepared": median(rates.ours) / median(rates.prepared)
    }
    return { tables, figures }
  }).pipe(asExecution(invocation))
