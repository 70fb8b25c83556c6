import { TellsConnections } from "@alga-psa/ext-adapters-pg/ServerConnection"
import { thisContainer } from "@alga-psa/ext-adapters-wit"
import { TellsConfinement } from "@alga-psa/ext-adapters-wit/TellsConfinement"
import { Duration, Effect, Fiber, type FileSystem, Layer, type Option, Schedule, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpServer } from "effect/http"
import * as Access from "../Access.ts"
import { databaseIn } from "../DatabaseSettings.ts"
import * as DebugStream from "../DebugStream.ts"
import * as FurtherParts from "../FurtherParts.ts"
import { routes } from "../Http.ts"
import { layerOff } from "../Idempotency.ts"
import { fromCluster } from "../internal/clusterPackage.ts"
import { hangUps } from "../internal/hangUp.ts"
import { addressToListenOn } from "../internal/http/listenOn.ts"
import { sizesInWords } from "../internal/sizeRows.ts"
import { Life, type StopOptions } from "../Life.ts"
import * as LogOutput from "../LogOutput.ts"
import * as PgIdempotency from "../PgIdempotency.ts"
import * as ProcessFigures from "../ProcessFigures.ts"
import { Readiness, type ReadinessReport } from "../Readiness.ts"
import { type HttpOptions, layerHttp } from "../Runner.ts"
import * as ServiceToken from "../ServiceToken.ts"
import { bodiesOfPeers, httpOptionsOf, type Settings, sizesIn, stopOptionsOf, tokensOf } from "../Settings.ts"
import { layerFromSettings } from "../SettingsLayers.ts"
import { loadSettings, SettingsInvalid, settingsWithWarnings } from "../SettingsSource.ts"
import * as Telemetry from "../Telemetry.ts"
import { settingsFile } from "./settingsFile.ts"

const ready = (options: StopOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const life = yield* Life
      // A finalizer runs in a fiber that was interrupted already: what waits in it needs one of its own.
      yield* Effect.addFinalizer(() => Effect.flatMap(Effect.forkDetach(life.stop(options)), Fiber.join))
      const { report } = yield* Readiness
      const announce = (message: string, more: object = {}) =>
        HttpServer.addressFormattedWith((address) => Effect.annotateLogs(Effect.logInfo(message), { address, ...more }))
      yield* announce("the runner serves")
      const isReady = ({ status }: ReadinessReport) => status !== "not-ready"
      const tell = (found: ReadinessReport) =>
        announce(`the runner is ${isReady(found) ? "ready" : "not ready"}`, { status: found.status })
      const tellStatus = Effect.gen(function* () {
        const first = yield* report
        yield* tell(first)
        if (isReady(first)) return
        // A part that takes its time at the start is there a moment later.
        yield* tell(yield* Effect.repeat(report, { until: isReady, schedule: Schedule.spaced("1 second") }))
      })
      yield* Effect.forkScoped(tellStatus)
    })
  )

const noTokens = "RUNNER_SERVICE_TOKEN_CHECK cannot be switched off while the runner works: restart it"

const callers = (settings: Settings, file: Option.Option<string>) => {
  const tokens = tokensOf(settings)
  if (tokens === null) return ServiceToken.layerUnchecked
  const reload = Effect.flatMap(loadSettings(file), (read) => {
    const now = tokensOf(read)
    return now === null ? Effect.fail(new SettingsInvalid({ problems: [noTokens] })) : Effect.succeed(now)
  })
  return Layer.unwrap(
    Effect.map(Effect.context<FileSystem.FileSystem>(), (context) =>
      ServiceToken.layerTokens(
        tokens,
        Stream.map(hangUps, () => Effect.provideContext(reload, context))
      )
    )
  )
}

/** The settings as they are by now: they are read again for each hang-up. */
const latestSettings = Effect.fnUntraced(function* (settings: Settings, file: Option.Option<string>) {
  let latest = settings
  yield* hangUps.pipe(
    Stream.runForEach(() =>
      Effect.matchEffect(loadSettings(file), {
        onSuccess: (read) => {
          latest = read
          return Effect.logInfo(
            "the settings were read again; the product's token counts from now on, others at a start"
          )
        },
        onFailure: (cause) => Effect.logError("the product's token stays: the settings cannot be read again", cause)
      })
    ),
    Effect.forkScoped
  )
  return Effect.sync(() => latest)
})

const idempotency = (settings: Settings) => {
  const url = databaseIn(settings, "IDEMPOTENCY_DATABASE")
  if (url === null) return layerOff
  return PgIdempotency.layer({
    url,
    pooler: settings.IDEMPOTENCY_DATABASE_POOLER,
    window: settings.IDEMPOTENCY_WINDOW
  })
}

/** Metrics that are sent tell of the parts of the runner, as those do that are asked for. */
const sentMetrics = (settings: Settings) =>
  Telemetry.receiverOf(settings, "metrics") === null
    ? Layer.empty
    : Layer.effectDiscard(
        Effect.flatMap(Readiness, ({ report }) =>
          Effect.forkScoped(
            Effect.repeat(report, Schedule.spaced(Duration.millis(settings.OTEL_METRIC_EXPORT_INTERVAL)))
          )
        )
      )

/** The lines of extensions for the product's debug page, where its address is set. */
const debugStream = ({
  RUNNER_DEBUG_MAX_EVENT_BYTES: eventBytes,
  RUNNER_DEBUG_REDIS_STREAM_PREFIX: prefix,
  RUNNER_DEBUG_REDIS_URL: url
}: Settings) => (url === undefined ? Layer.empty : DebugStream.layer({ url, prefix, eventBytes }))

/** The runner as one of a cluster. What that needs is loaded only where it is asked for. */
const clustered = (settings: Settings, latest: Effect.Effect<Settings>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { clusterOptionsOf } = yield* fromCluster(() => import("@alga-psa/ext-runner-cluster/ClusterSettings"))
      const options = clusterOptionsOf(settings)
      if (options instanceof SettingsInvalid) return yield* options
      const Cluster = yield* fromCluster(() => import("@alga-psa/ext-runner-cluster/Cluster"))
      return Cluster.layer(options).pipe(Layer.provideMerge(layerFromSettings(settings, { latest })))
    })
  )

const cluster = Flag.Boolean("cluster").pipe(
  Flag.withDefault(false),
  Flag.withDescription(
    "Run as one of several runners that share the installs; needs DATABASE_CLUSTER_URL and @alga-psa/ext-runner-cluster"
  )
)

/** A part of the routes on a port of its own, where one is set. */
const apart = (http: HttpOptions, port: number | undefined, serves: "pages" | "operators", message: string) => {
  if (port === undefined) return Layer.empty
  const announce = Layer.effectDiscard(
    HttpServer.addressFormattedWith((address) => Effect.annotateLogs(Effect.logInfo(message), { address }))
  )
  return Layer.provide(announce, Layer.fresh(layerHttp(routes, { ...http, port, serves })))
}

const pages = (settings: Settings, http: HttpOptions) =>
  apart(http, settings.ALGA_EXTENSION_RUNNER_UI_PORT, "pages", "pages have a port of their own")

const operators = (settings: Settings, http: HttpOptions) =>
  apart(http, settings.ALGA_EXTENSION_RUNNER_HEALTH_PORT, "operators", "health and metrics have a port of their own")

/** The runner at one address, whatever number of ports it has there. */
const atAddress = (settings: Settings, isClustered: boolean) => {
  const options = httpOptionsOf(settings)
  const bodiesBytes = options.bodiesBytes - (isClustered ? bodiesOfPeers(settings) : 0)
  return Layer.unwrap(
    Effect.map(addressToListenOn(options.host), (host) => {
      const http = { ...options, bodiesBytes, host }
      return ready(stopOptionsOf(settings)).pipe(
        Layer.provide(layerHttp(routes, http)),
        Layer.merge(pages(settings, http)),
        Layer.merge(operators(settings, http))
      )
    })
  )
}

/** `serve`: the runner on Alga's database, until it is told to stop. Logs are JSON lines on standard output. */
export const serve = Command.make("serve", { cluster, settingsFile }, (flags) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { settings, warnings } = yield* settingsWithWarnings(flags.settingsFile)
      const latest = yield* latestSettings(settings, flags.settingsFile)
      return atAddress(settings, flags.cluster).pipe(
        Layer.merge(sentMetrics(settings)),
        Layer.provide([
          flags.cluster ? clustered(settings, latest) : layerFromSettings(settings, { latest }),
          callers(settings, flags.settingsFile),
          Telemetry.layerServerSpans,
          ProcessFigures.layer,
          idempotency(settings)
        ]),
        Layer.provide([Access.layerSink(settings), Access.layerDoor(settings)]),
        Layer.provide(FurtherParts.layer),
        Layer.provide(
          Layer.effectDiscard(
            Effect.andThen(
              Effect.logInfo(sizesInWords(thisContainer(), sizesIn(settings))),
              Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
            )
          )
        ),
        Layer.provide(debugStream(settings)),
        Layer.provide(Telemetry.layer(settings))
      )
    })
  ).pipe(
    Layer.launch,
    Effect.provideService(TellsConnections, true),
    Effect.provideService(TellsConfinement, true),
    Effect.provide(LogOutput.layer)
  )
).pipe(
  Command.withDescription("Serve executions over HTTP. Settings come from the environment and a file; see `config`."),
  Command.withExamples([
    { command: "alga-extension-runner serve", description: "With the settings of the environment" },
    { command: "alga-extension-runner serve --config /etc/alga/runner.json", description: "With a settings file too" },
    { command: "alga-extension-runner serve --cluster", description: "As one of several that share the installs" }
  ])
)
