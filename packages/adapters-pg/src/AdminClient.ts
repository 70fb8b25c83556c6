import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, type Layer, type Redacted } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAddress } from "./DatabaseAddress.ts"
import { connectionTo } from "./ServerConnection.ts"

/**
 * A client that may change the database: no limit on a statement, since an index on a large table takes its time. It
 * holds a session for the work and another that watches it. A pooler between must keep sessions, not only transactions. The
 * login owns the tables, or is a superuser.
 */
export const layerAdmin = (
  database: Redacted.Redacted | DatabaseAddress
): Layer.Layer<PgClient.PgClient | SqlClient, SqlError> =>
  PgClient.layerFrom(
    Effect.flatMap(
      connectionTo(database, {
        name: "DATABASE_ADMIN_URL",
        connectTimeout: Duration.seconds(10),
        applicationName: "alga-extension-admin"
      }),
      (connection) =>
        PgClient.make({
          ...connection,
          maxConnections: 2,
          startupParameters: { search_path: "public", statement_timeout: "0" }
        })
    )
  )
