import { join } from "node:path"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import { Layer } from "effect"
import { layerDatabaseAtStart } from "./DatabaseAtStart.ts"
import * as DatabaseCheck from "./DatabaseCheck.ts"
import { layerDatabaseConnections } from "./internal/databaseConnections.ts"
import { layerRunner } from "./Runner.ts"
import { bundlesOf, limitsOf, type Settings, sandboxOptionsOf } from "./Settings.ts"

const databasesOf = ({ DATABASE_URL, IDEMPOTENCY_DATABASE_URL }: Settings) =>
  IDEMPOTENCY_DATABASE_URL === undefined ? [DATABASE_URL] : [DATABASE_URL, IDEMPOTENCY_DATABASE_URL]

/** The runner on Alga's database, with everything as the settings say. */
export const layerFromSettings = (settings: Settings) =>
  layerRunner({
    bundles: bundlesOf(settings),
    components: join(settings.EXT_CACHE_ROOT, "components"),
    componentCacheBytes: settings.ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES,
    limits: limitsOf(settings),
    sandbox: sandboxOptionsOf(settings)
  }).pipe(
    Layer.provide(layerDatabaseAtStart(settings.ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE === "on")),
    Layer.provide([
      settings.DATABASE_ROW_SECURITY === "on" ? Postgres.layerByTenant : Postgres.layer,
      DatabaseCheck.layer
    ]),
    Layer.provide(
      Postgres.layerServer({
        url: settings.DATABASE_URL,
        connectTimeout: settings.DATABASE_CONNECT_TIMEOUT,
        statementTimeout: settings.DATABASE_STATEMENT_TIMEOUT,
        maxConnections: settings.DATABASE_MAX_CONNECTIONS
      }).pipe(Layer.provide(layerDatabaseConnections(databasesOf(settings))))
    )
  )
