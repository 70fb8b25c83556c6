/**
 * PostgreSQL in this process, for tests and development.
 *
 * @module @alga-psa/ext-adapters-pg/PgEmbedded
 */
import { PgClient } from "@effect/sql-pg"
import { PGlite } from "@electric-sql/pglite"
import { Effect, Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { makeInMemory } from "./internal/embeddedInMemory.ts"
import { makeSession } from "./internal/embeddedSession.ts"

/** The embedded database could not be started. Check that its folder can be written and belongs to this version. */
export class EmbeddedUnavailable extends Schema.TaggedError<EmbeddedUnavailable>()("EmbeddedUnavailable", {
  cause: Schema.Defect()
}) {
  override get message(): string {
    return "the embedded database did not start"
  }
}

/** Where the embedded database keeps its files. */
export interface EmbeddedOptions {
  /** A folder of its own, made if need be. Default: none, the data lives in memory. */
  readonly dataDir?: string
}

const start = (options: EmbeddedOptions) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => (options.dataDir === undefined ? makeInMemory() : PGlite.create(options.dataDir)),
      catch: (cause) => new EmbeddedUnavailable({ cause })
    }),
    (database) => Effect.promise(() => database.close())
  )

/**
 * PostgreSQL inside this process (PGlite), behind the same client as a server. It has one connection, which statements
 * share, and which may write. It folds letters beyond ASCII.
 */
export const layerEmbedded = (
  options: EmbeddedOptions = {}
): Layer.Layer<PgClient.PgClient | SqlClient, SqlError | EmbeddedUnavailable> =>
  Layer.unwrap(
    Effect.map(start(options), (database) =>
      PgClient.layer({
        stream: makeSession(database),
        username: "postgres",
        database: "postgres",
        maxConnections: 1,
        multiplex: true
      })
    )
  )
