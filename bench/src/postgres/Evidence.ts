import { Effect, type Redacted, Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { administering } from "./Databases.ts"
import type { Sent } from "./Peer.ts"

/** What the server did for one or more statements. */
export interface Work {
  /** Rows that scans of tables and indexes read, those that a filter removed included. */
  readonly rows: number
  /** Pages of 8 kB asked for, in memory or not; a page asked for twice counts twice. */
  readonly buffers: number
}

interface Node {
  readonly "Node Type": string
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Rows Removed by Filter"?: number
  readonly "Rows Removed by Index Recheck"?: number
  readonly "Shared Hit Blocks": number
  readonly "Shared Read Blocks": number
  readonly Plans?: ReadonlyArray<Node>
}

const readsTable = (node: Node) =>
  /Scan/.test(node["Node Type"]) && !/CTE|Subquery|Values|Bitmap Index/.test(node["Node Type"])

const rowsRead = (node: Node): number => {
  const own = readsTable(node)
    ? (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0)) *
      node["Actual Loops"]
    : 0
  return (node.Plans ?? []).reduce((sum, inner) => sum + rowsRead(inner), own)
}

const literal = (value: unknown) =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : `'${String(value).replaceAll("'", "''")}'`

/** How the adapter's connections are set, as far as plans go. */
export const adapterPlans = ["plan_cache_mode = force_generic_plan", "max_parallel_workers_per_gather = 0"]

const Plans = Schema.Array(Schema.Struct({ "QUERY PLAN": Schema.Array(Schema.Struct({ Plan: Schema.Any })) }))

/** Runs the statements once under EXPLAIN (ANALYZE, BUFFERS), with the given settings, and sums what they took. */
export const explained = (
  url: Redacted.Redacted,
  statements: ReadonlyArray<Sent>,
  settings: ReadonlyArray<string>
): Effect.Effect<Work, SqlError> =>
  administering(url, (run) =>
    Effect.gen(function* () {
      yield* Effect.forEach(settings, (setting) => run(`SET ${setting}`))
      let rows = 0
      let buffers = 0
      for (const { sql, params } of statements) {
        yield* run(`PREPARE explained AS ${sql}`)
        const call = params.length === 0 ? "explained" : `explained(${params.map(literal).join(", ")})`
        const answer = yield* run(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE ${call}`)
        yield* run("DEALLOCATE explained")
        const plan: Node = Schema.decodeUnknownSync(Plans)(answer)[0]?.["QUERY PLAN"][0]?.Plan
        rows += rowsRead(plan)
        buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
      }
      return { rows: Math.round(rows), buffers }
    })
  )
