import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, type Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAddress } from "./DatabaseAddress.ts"
import { statementsAtZero } from "./internal/meters.ts"
import { serverBounds, serverTimes } from "./ServerBounds.ts"
import { connectionTo } from "./ServerConnection.ts"
import { ShortReads } from "./ShortReads.ts"

/** Where the database server is, and how long to wait for it. {@link serverBounds} and {@link serverTimes} have the defaults. */
export interface ServerOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode` and the like as parameters; or what was read of one. */
  readonly url: Redacted.Redacted | DatabaseAddress
  /** What the log calls the database. Default: `DATABASE_URL`. */
  readonly name?: string
  /** How long a connection may take to be ready. */
  readonly connectTimeout?: Duration.Duration
  /** How long the server may work on one statement. */
  readonly statementTimeout?: Duration.Duration
  /** How many connections to hold at most. */
  readonly maxConnections?: number
  /**
   * `generic` plans a statement once for all tenants. `auto` leaves it to the server, for one that cannot plan a statement
   * without its parameters, as Citus cannot. Default: generic.
   */
  readonly plans?: "generic" | "auto"
  /**
   * `transaction` for a pooler between that gives each transaction another session, as PgBouncer does. Then a
   * connection sends no startup parameters, and statements have no names: the login itself must be read-only with a
   * time-out, as `db role` makes it. `databaseFitness` tells. Default: none.
   */
  readonly pooler?: "none" | "transaction"
}

const usualStatementTimeout = Duration.fromInputUnsafe(serverTimes.statementTimeout.default)

/** What a session is asked to be, where it is the client's own. */
const startup = (options: ServerOptions) => ({
  default_transaction_read_only: "on",
  // No caller gets more than one core of the server, and none waits for workers to start.
  max_parallel_workers_per_gather: "0",
  // A plan is made once for a statement, not for each tenant: planning takes longer than most of the reads.
  plan_cache_mode: options.plans === "auto" ? "auto" : "force_generic_plan",
  search_path: "public",
  statement_timeout: String(Duration.toMillis(options.statementTimeout ?? usualStatementTimeout))
})

/** How many connections {@link ShortReads} shares: one in five, and never the only one. */
const sharedOf = (connections: number): number => (connections === 1 ? 0 : Math.max(1, Math.floor(connections / 5)))

const pool = (
  options: ServerOptions,
  connection: PgClient.PgClientConfig,
  maxConnections: number,
  multiplex: boolean
) =>
  PgClient.make({
    ...connection,
    // A connection that no longer answers is given up when its time is over, even where the network hides its end.
    connectionTTL: "5 minutes",
    maxConnections,
    multiplex,
    ...(options.pooler === "transaction" ? { prepare: false } : { startupParameters: startup(options) })
  })

const make = Effect.fnUntraced(function* (options: ServerOptions) {
  yield* statementsAtZero
  const connections = options.maxConnections ?? serverBounds.maxConnections.default
  const shared = sharedOf(connections)
  const connection = yield* connectionTo(options.url, {
    name: options.name ?? "DATABASE_URL",
    connectTimeout: options.connectTimeout ?? Duration.fromInputUnsafe(serverTimes.connectTimeout.default),
    applicationName: "alga-extension-host"
  })
  const client = yield* pool(options, connection, connections - shared, shared === 0)
  const context = Context.add(Context.make(PgClient.PgClient, client), SqlClient, client)
  return shared === 0 ? context : Context.add(context, ShortReads, yield* pool(options, connection, shared, true))
})

/**
 * A client of a PostgreSQL server for reading, and nothing else: every connection starts in read-only mode, in the
 * schema `public`, with a limit on each statement. It connects when it is first used, and again after the server was
 * away.
 *
 * A list has its connection to itself, so that it delays no other read, and is cancelled on the server when its caller
 * gives up. Reads of one record share one connection in five ({@link ShortReads}). With a single connection everything
 * shares it.
 */
export const layerServer = (options: ServerOptions): Layer.Layer<PgClient.PgClient | SqlClient, SqlError> =>
  Layer.provide(Layer.effectContext(make(options)), Reactivity.layer)
