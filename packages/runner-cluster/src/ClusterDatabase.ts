import type { DatabaseAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { connectionTo } from "@alga-psa/ext-adapters-pg/ServerConnection"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, type Layer, type Redacted } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { clusterSchema } from "./ClusterTables.ts"

/**
 * A client of the cluster's own schema. One of its sessions holds the locks of shards, so that a pooler between must keep
 * sessions.
 */
export const layer = (
  database: Redacted.Redacted | DatabaseAddress
): Layer.Layer<PgClient.PgClient | SqlClient, SqlError> =>
  PgClient.layerFrom(
    Effect.flatMap(
      connectionTo(database, {
        name: "DATABASE_CLUSTER_URL",
        connectTimeout: Duration.seconds(5),
        applicationName: "alga-extension-runner-cluster"
      }),
      (connection) =>
        PgClient.make({
          ...connection,
          maxConnections: 6,
          startupParameters: { search_path: clusterSchema, statement_timeout: "5000" }
        })
    )
  )
