import { PgClient } from "@effect/sql-pg"
import type { Layer, Redacted } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { clusterSchema } from "./ClusterTables.ts"

/**
 * A client of the cluster's own schema. One of its sessions holds the locks of shards, so that a pooler between must keep
 * sessions.
 */
export const layer = (url: Redacted.Redacted): Layer.Layer<PgClient.PgClient | SqlClient, SqlError> =>
  PgClient.layer({
    url,
    applicationName: "alga-extension-runner-cluster",
    connectTimeout: "5 seconds",
    keepAlive: "10 seconds",
    maxConnections: 6,
    startupParameters: { search_path: clusterSchema, statement_timeout: "5000" }
  })
