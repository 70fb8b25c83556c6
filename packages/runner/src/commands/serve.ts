import * as Postgres from "@alga-psa/ext-adapters-pg"
import { Effect, Layer, Logger } from "effect"
import { Command } from "effect/cli"
import { HttpServer } from "effect/http"
import { routes } from "../Http.ts"
import { layerExecution, layerHttp } from "../Runner.ts"
import * as ServiceToken from "../ServiceToken.ts"
import { directories, listen } from "../Settings.ts"

const ready = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Effect.annotateLogs(Effect.logInfo("the runner is ready"), { address }))
)

/** `serve`: the runner on Alga's database, until it is told to stop. Logs are JSON lines on standard output. */
export const serve = Command.make("serve", {}, () =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { bundles, components } = yield* directories
      return ready.pipe(
        Layer.provide(layerHttp(routes, yield* listen)),
        Layer.provide([layerExecution({ bundles, components }), ServiceToken.layerConfig]),
        Layer.provide(Postgres.layer),
        Layer.provide(Postgres.layerServerConfig)
      )
    })
  ).pipe(Layer.launch, Effect.provide(Logger.layer([Logger.consoleJson])))
).pipe(
  Command.withDescription(
    "Serve POST /v1/execute and GET /healthz. Settings: DATABASE_URL, RUNNER_SERVICE_TOKEN (or RUNNER_SERVICE_TOKEN_CHECK=off), BUNDLE_STORE_BASE, EXT_CACHE_ROOT, HOST, PORT."
  )
)
