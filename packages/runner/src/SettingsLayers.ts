import { join } from "node:path"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import type { DatabaseAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { ReadTimeout } from "@alga-psa/ext-adapters-pg/ReadTimeout"
import { Duration, Effect, Layer } from "effect"
import { layerDatabaseAtStart } from "./DatabaseAtStart.ts"
import * as DatabaseCheck from "./DatabaseCheck.ts"
import { databaseIn, databasesIn } from "./DatabaseSettings.ts"
import { layersOfEgress } from "./Egress.ts"
import { layerDatabaseConnections } from "./internal/databaseConnections.ts"
import { ofData } from "./internal/refusals.ts"
import { layersOfProduct } from "./ProductPorts.ts"
import * as Replica from "./Replica.ts"
import { layerRunner, type RunnerOptions } from "./Runner.ts"
import { bundlesOf, limitsOf, type Settings, sandboxOptionsOf, sizesIn } from "./Settings.ts"
import { SettingsInvalid } from "./SettingsSource.ts"
import { type ReadSecrets, TriggerSecrets } from "./TriggerSecrets.ts"

const layerServer = (settings: Settings, url: DatabaseAddress, name: string) =>
  Postgres.layerServer({
    url,
    name,
    connectTimeout: settings.DATABASE_CONNECT_TIMEOUT,
    statementTimeout: settings.DATABASE_STATEMENT_TIMEOUT,
    maxConnections: settings.DATABASE_MAX_CONNECTIONS,
    plans: settings.DATABASE_PLANS,
    pooler: settings.DATABASE_POOLER
  })

/** Settings without a problem name this database. */
const mainDatabase = (settings: Settings) =>
  Effect.fromNullishOr(databaseIn(settings, "DATABASE")).pipe(
    Effect.mapError(() => new SettingsInvalid({ problems: ["DATABASE_URL is not set"] }))
  )

/** What the runner wants of a database that it reads, the replica included. */
const wantedOf = (settings: Settings) => ({
  pooler: settings.DATABASE_POOLER,
  plans: settings.DATABASE_PLANS,
  rowSecurity: settings.DATABASE_ROW_SECURITY === "on"
})

const longestCheckOf = (settings: Settings, address: DatabaseAddress) =>
  DatabaseCheck.longestCheck(address, settings.DATABASE_CONNECT_TIMEOUT)

const mainCheck = (settings: Settings) =>
  Layer.unwrap(
    Effect.map(mainDatabase(settings), (address) =>
      DatabaseCheck.layerOf(wantedOf(settings), longestCheckOf(settings, address))
    )
  )

/** How long the way to the server and back may take, beside its work. */
const wayThere = Duration.seconds(5)

/** A read waits for a statement as long as the server may work on it, but never longer than an execution may take. */
const layerReadTimeout = (settings: Settings) => {
  const asLong = Duration.sum(settings.DATABASE_STATEMENT_TIMEOUT, wayThere)
  const most = Duration.millis(limitsOf(settings).timeoutMs)
  return Layer.succeed(ReadTimeout, Duration.max(ReadTimeout.defaultValue(), Duration.min(asLong, most)))
}

const portsOf = (settings: Settings) => {
  const ports = settings.DATABASE_ROW_SECURITY === "on" ? Postgres.layerByTenant : Postgres.layer
  const replica = databaseIn(settings, "DATABASE_REPLICA")
  if (replica === null) return ports
  const check = DatabaseCheck.layerOf(wantedOf(settings), longestCheckOf(settings, replica))
  const replicated = Layer.merge(Layer.fresh(ports), check).pipe(
    Layer.provide(layerServer(settings, replica, "DATABASE_REPLICA_URL"))
  )
  return Layer.provideMerge(Replica.layerReaders(replicated), ports)
}

/**
 * The ports of Alga's data over the client of its database. Who may read what comes from the primary, so that a right that was
 * taken away is gone at once; the rest may lag.
 */
export const layerPorts = (settings: Settings) => Layer.provide(portsOf(settings), layerReadTimeout(settings))

/** Kept triggers have the secrets of their installs where the deployment switched it on. */
const triggerSecrets = (settings: Settings) =>
  settings.ALGA_EXTENSION_RUNNER_TRIGGER_SECRETS === "off"
    ? Layer.empty
    : Layer.effect(
        TriggerSecrets,
        Effect.map(
          settings.DATABASE_ROW_SECURITY === "on" ? Postgres.readInstallSecretsByTenant : Postgres.readInstallSecrets,
          (read): ReadSecrets =>
            (tenant, install) =>
              Effect.mapError(read(tenant, install), ofData)
        )
      )

/** What a runner may have beside its settings. */
export interface FromSettingsOptions extends Pick<RunnerOptions, "ports"> {
  /** Whether it ends after one execution: then no process waits for another. Default: false. */
  readonly once?: boolean
  /** The settings as they are by now, where they can change. */
  readonly latest?: Effect.Effect<Partial<Settings>>
}

/**
 * The runner on Alga's database, with everything as the settings say. The ports that are given stand in place of those that the
 * settings open.
 */
export const layerFromSettings = (
  settings: Settings,
  { latest, once = false, ports = [] }: FromSettingsOptions = {}
) => {
  const { componentCacheBytes, intake, pageBytes } = sizesIn(settings)
  return layerRunner({
    ports: [...layersOfProduct(settings, latest), ...layersOfEgress(settings), ...ports],
    bundles: bundlesOf(settings),
    components: join(settings.EXT_CACHE_ROOT, "components"),
    componentCacheBytes,
    intake: { ...intake, pageBytes },
    limits: limitsOf(settings),
    sandbox: { ...sandboxOptionsOf(settings), ...(once ? { spares: 0, loadedSpares: 0 } : {}) }
  }).pipe(
    Layer.provide(layerDatabaseAtStart(settings.ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE === "on")),
    Layer.provide([layerPorts(settings), mainCheck(settings)]),
    Layer.provideMerge(Layer.provide(triggerSecrets(settings), layerReadTimeout(settings))),
    Layer.provide(
      Layer.unwrap(
        Effect.map(mainDatabase(settings), (address) => layerServer(settings, address, "DATABASE_URL"))
      ).pipe(Layer.provide(layerDatabaseConnections(databasesIn(settings))))
    )
  )
}
