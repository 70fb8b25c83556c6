// As the runner does, before any schema is used.
import "effect/schema/SchemaJITCompiler/enable"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import type { Component, Executor } from "@alga-psa/ext-adapters-wit"
import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { type ClientReads, layerGuardedReads, layerSecretsDenied, type ServiceReads } from "@alga-psa/ext-domain"
import * as AnswerRights from "@alga-psa/ext-runner/AnswerRights"
import { Components } from "@alga-psa/ext-runner/Components"
import * as Execution from "@alga-psa/ext-runner/Execution"
import { ExtensionUi } from "@alga-psa/ext-runner/ExtensionUi"
import { routes } from "@alga-psa/ext-runner/Http"
import { layerOff } from "@alga-psa/ext-runner/Idempotency"
import * as Life from "@alga-psa/ext-runner/Life"
import * as LogOutput from "@alga-psa/ext-runner/LogOutput"
import { Readiness } from "@alga-psa/ext-runner/Readiness"
import { layerHttp } from "@alga-psa/ext-runner/Runner"
import { layerToken } from "@alga-psa/ext-runner/ServiceToken"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer, Redacted } from "effect"
import { layerOverHttp, layerPlain } from "./PlainExecutor.ts"

const [, , port = "0", databaseUrl = "", token = "", api = ""] = process.argv

const none: Component = { hash: "", glue: "", glueSha256: "", imports: [], modules: [], unrestorable: null }
const refused = Effect.die("not part of the bench")

const executor: Layer.Layer<Executor, never, ClientReads | ServiceReads> =
  api === "" ? layerPlain : layerOverHttp(api, token)

/** The runner's own server, routes, checks and pool; the handler runs in this process. */
layerHttp(routes, { host: "127.0.0.1", port: Number(port) }).pipe(
  Layer.provide([Execution.layer(defaultLimits), AnswerRights.layer]),
  Layer.provide(executor),
  Layer.provide([
    layerGuardedReads,
    layerSecretsDenied,
    Layer.succeed(Components, { get: () => Effect.succeed(none), renew: () => refused }),
    Layer.succeed(ExtensionUi, { file: () => refused, warm: () => refused }),
    Layer.succeed(Readiness, { report: refused }),
    Life.layer,
    layerOff,
    layerToken(Redacted.make(token))
  ]),
  Layer.provide(Postgres.layer),
  Layer.provide(Postgres.layerServer({ url: Redacted.make(databaseUrl) })),
  Layer.launch,
  Effect.provide(LogOutput.layer),
  NodeRuntime.runMain
)
