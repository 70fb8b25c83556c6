import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { make, SqlClient } from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import type { QueryFunction, Rows } from "../../promise/QueryFunction.ts"
import { fromThrown } from "../callersError.ts"

/** The statement's rows as one text, so that nothing of them depends on how a driver reads types and names. */
const asText = (sql: string): string => `SELECT json_agg(one)::text AS found FROM (${sql}) AS one`

const rowsIn = (found: Rows | { readonly rows: Rows }): Rows => {
  const [row] = "rows" in found ? found.rows : found
  const [text] = Object.values(row ?? {})
  if (text === null) return []
  if (typeof text !== "string")
    throw new TypeError("the query function gave no row with the text of the statement's column")
  return JSON.parse(text)
}

const unused = new Error("the ports read rows, and nothing else")

const connection = (query: QueryFunction): Connection => ({
  execute: (sql, values) =>
    Effect.tryPromise({ try: async () => rowsIn(await query(asText(sql), values)), catch: fromThrown }),
  executeRaw: () => Effect.die(unused),
  executeStream: () => Stream.die(unused),
  executeValues: () => Effect.die(unused),
  executeValuesUnprepared: () => Effect.die(unused),
  executeUnprepared: () => Effect.die(unused)
})

/** A client over a query function of the caller's. It can read, outside and inside the caller's transaction, and nothing else. */
export const layerQuery = (query: QueryFunction): Layer.Layer<SqlClient> =>
  Layer.effect(
    SqlClient,
    make({
      acquirer: Effect.succeed(connection(query)),
      compiler: PgClient.makeCompiler(),
      driver: "query-function",
      spanAttributes: [["db.system.name", "postgresql"]]
    })
  ).pipe(Layer.provide(Reactivity.layer))
