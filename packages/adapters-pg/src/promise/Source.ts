import type { QueryFunction } from "./QueryFunction.ts"

/** A pool of the reads' own, read-only, which connects when it is first used. */
export interface OwnPool {
  /** `postgres://user:password@host:port/database`, with `sslmode` and the like as parameters. */
  readonly url: string
  readonly query?: never
  /** How many connections to hold at most: 1 to 1,000. Default: 10. */
  readonly maxConnections?: number
  /** How long a connection may take to be ready. Default: 5,000. */
  readonly connectTimeoutMs?: number
  /** How long the server may work on one statement. Default: 5,000. */
  readonly statementTimeoutMs?: number
  /** How long a call waits for each of its statements. Default: 10,000. */
  readonly readTimeoutMs?: number
  /** True where the database has this project's row level security: each read then tells it the tenant. Default: false. */
  readonly rowSecurity?: boolean
}

/** A pool, a connection or a transaction of the caller's. */
export interface OwnQuery {
  readonly query: QueryFunction
  readonly url?: never
  /** How long a call waits for each of its statements. What is given up goes on until the caller's driver ends it. Default: 10,000. */
  readonly readTimeoutMs?: number
}

/** Where to read. */
export type Source = OwnPool | OwnQuery
