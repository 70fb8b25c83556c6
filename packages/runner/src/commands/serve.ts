import { join } from "node:path"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import { Effect, Fiber, type FileSystem, Layer, Logger, type Option, Stream } from "effect"
import { Command } from "effect/cli"
import { HttpServer } from "effect/http"
import { layerPostgres } from "../BundleRegistry.ts"
import { layerDatabaseAtStart } from "../DatabaseAtStart.ts"
import { routes } from "../Http.ts"
import { hangUps } from "../internal/hangUp.ts"
import { Life, type StopOptions } from "../Life.ts"
import { layerHttp, layerRunner } from "../Runner.ts"
import * as ServiceToken from "../ServiceToken.ts"
import {
  bundlesOf,
  httpOptionsOf,
  limitsOf,
  type Settings,
  sandboxOptionsOf,
  stopOptionsOf,
  tokensOf
} from "../Settings.ts"
import { loadSettings } from "../SettingsSource.ts"
import { settingsFile } from "./settingsFile.ts"

const ready = (options: StopOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const life = yield* Life
      yield* HttpServer.addressFormattedWith((address) =>
        Effect.annotateLogs(Effect.logInfo("the runner is ready"), { address })
      )
      // A finalizer runs in a fiber that was interrupted already: what waits in it needs one of its own.
      yield* Effect.addFinalizer(() => Effect.flatMap(Effect.forkDetach(life.stop(options)), Fiber.join))
    })
  )

const database = (settings: Settings) =>
  Postgres.layerServer({
    url: settings.DATABASE_URL,
    connectTimeout: settings.DATABASE_CONNECT_TIMEOUT,
    statementTimeout: settings.DATABASE_STATEMENT_TIMEOUT,
    maxConnections: settings.DATABASE_MAX_CONNECTIONS
  })

const callers = (settings: Settings, file: Option.Option<string>) => {
  const tokens = tokensOf(settings)
  if (tokens === null) return ServiceToken.layerUnchecked
  const reload = Effect.map(loadSettings(file), (read) => tokensOf(read) ?? tokens)
  return Layer.unwrap(
    Effect.map(Effect.context<FileSystem.FileSystem>(), (context) =>
      ServiceToken.layerTokens(
        tokens,
        Stream.map(hangUps, () => Effect.provideContext(reload, context))
      )
    )
  )
}

/** `serve`: the runner on Alga's database, until it is told to stop. Logs are JSON lines on standard output. */
export const serve = Command.make("serve", { settingsFile }, (flags) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const settings = yield* loadSettings(flags.settingsFile)
      return ready(stopOptionsOf(settings)).pipe(
        Layer.provide(layerHttp(routes, httpOptionsOf(settings))),
        Layer.provide(layerDatabaseAtStart(settings.ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE === "on")),
        Layer.provide([
          layerRunner({
            bundles: bundlesOf(settings),
            components: join(settings.EXT_CACHE_ROOT, "components"),
            limits: limitsOf(settings),
            sandbox: sandboxOptionsOf(settings)
          }),
          callers(settings, flags.settingsFile)
        ]),
        Layer.provide([
          settings.DATABASE_ROW_SECURITY === "on" ? Postgres.layerByTenant : Postgres.layer,
          layerPostgres
        ]),
        Layer.provide(database(settings))
      )
    })
  ).pipe(Layer.launch, Effect.provide(Logger.layer([Logger.consoleJson])))
).pipe(
  Command.withDescription("Serve executions over HTTP. Settings come from the environment and a file; see `config`."),
  Command.withExamples([
    { command: "alga-extension-runner serve", description: "With the settings of the environment" },
    { command: "alga-extension-runner serve --config /etc/alga/runner.json", description: "With a settings file too" }
  ])
)
