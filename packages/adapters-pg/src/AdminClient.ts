import { PgClient } from "@effect/sql-pg"
import type { Layer, Redacted } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/**
 * A client that may change the database: no limit on a statement, since an index on a large table takes its time. It
 * holds a session for the work and another that watches it. A pooler between must keep sessions, not only transactions. The
 * login owns the tables, or is a superuser.
 */
export const layerAdmin = (url: Redacted.Redacted): Layer.Layer<PgClient.PgClient | SqlClient, SqlError> =>
  PgClient.layer({
    url,
    applicationName: "alga-extension-admin",
    connectTimeout: "10 seconds",
    keepAlive: "10 seconds",
    maxConnections: 2,
    startupParameters: { search_path: "public", statement_timeout: "0" }
  })
