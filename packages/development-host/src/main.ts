#!/usr/bin/env node
import { randomUUID } from "node:crypto"
import { errorText } from "@alga-psa/ext-adapters-wit/ErrorText"
import { foreignJson, foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { endWith } from "@alga-psa/ext-runner/ExitCode"
import { routes } from "@alga-psa/ext-runner/Http"
import { layerOff } from "@alga-psa/ext-runner/Idempotency"
import { jsonLogger } from "@alga-psa/ext-runner/LogLine"
import { layerHttp } from "@alga-psa/ext-runner/Runner"
import * as ServiceToken from "@alga-psa/ext-runner/ServiceToken"
import { table } from "@alga-psa/ext-runner/Table"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Logger, Redacted } from "effect"
import { CliError, Command, Flag } from "effect/cli"
import { HttpServer } from "effect/http"
import manifest from "../package.json" with { type: "json" }
import * as Demo from "./Demo.ts"
import { demoCases } from "./DemoCase.ts"
import { demoPages, hostPageFiles } from "./DemoPages.ts"
import { demoRoutes } from "./DemoRoutes.ts"
import { layerEmbeddedRunner, seedDatabase } from "./EmbeddedRunner.ts"
import { serveHostPages } from "./HostPageServer.ts"
import { lastPort, portUnusable } from "./PortUnusable.ts"

const once = Flag.Boolean("once").pipe(Flag.withDefault(false), Flag.withDescription("Exit after the table"))

const json = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print one JSON object a line instead: case, status, body")
)

const port = Flag.Int("port").pipe(
  Flag.withDefault(8787),
  Flag.filter(
    (given) => given >= 0 && given <= lastPort - 2,
    (given) => `${given} must be 0 to ${lastPort - 2}: the two ports above are used too`
  ),
  Flag.withDescription("Port on the loopback address; pages use the next two. With --once, any free port")
)

const logs = Flag.Boolean("logs").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print the runner's log to standard error, as JSON lines")
)

const urls = (address: string, pages: ReadonlyArray<string>) =>
  [
    "The runner stays up; Ctrl-C ends it. Open the first address in a browser. It leads to the sample's page for each of these:",
    ...pages.map((page) => `  ${page}`),
    "Or call its handler, as any of the cases above:",
    `  ${address}/as/admin-user/api/clients?search=e&pageSize=3`,
    `  ${address}/as/portal-user/api/clients`,
    `  ${address}/as/admin-user/api/services?itemKind=product`,
    `  ${address}/as/no-grant/api/overview`,
    `  ${address}/healthz`
  ].join("\n")

const run = Effect.fnUntraced(function* (
  flags: { readonly once: boolean; readonly json: boolean; readonly port: number },
  target: Omit<Demo.Target, "url">
) {
  yield* seedDatabase(target.contentHash)
  const address = HttpServer.formatAddress((yield* HttpServer.HttpServer).address)
  const rows: Array<ReadonlyArray<string>> = []
  for (const demoCase of demoCases) {
    const result = yield* Demo.send(demoCase, { ...target, url: address })
    if (flags.json) yield* Console.log(foreignJson(result))
    const path = new URLSearchParams(demoCase.query).size === 0 ? "" : `?${new URLSearchParams(demoCase.query)}`
    rows.push([
      result.case,
      demoCase.shows,
      `${demoCase.path}${path}`,
      String(result.status),
      JSON.stringify(result.body)
    ])
  }
  const width = process.stdout.columns ?? 160
  if (!flags.json) yield* Console.log(table(["case", "shows", "request", "status", "body"], rows, width))
  if (flags.once) return
  const pages = demoPages(target.contentHash)
  const [port, framePort] = flags.port === 0 ? [0, 0] : [flags.port + 1, flags.port + 2]
  const { addressOf } = yield* serveHostPages({
    pages,
    files: yield* hostPageFiles,
    port,
    framePort,
    askedPort: flags.port
  })
  if (!flags.json) yield* Console.log(`\n${urls(address, [{ path: "/" }, ...pages].map(addressOf))}`)
  yield* Effect.never
})

/** `npx --yes pnpm@12 demo`: the sample extension on an embedded database with the seed, over real HTTP on the loopback address. */
const demo = Command.make("demo", { once, json, port, logs }, (flags) =>
  Effect.gen(function* () {
    const contentHash = yield* Demo.publishSample
    const token = Redacted.make(randomUUID())
    const layers = layerHttp(Layer.merge(routes, demoRoutes(contentHash)), {
      host: "127.0.0.1",
      port: flags.once ? 0 : flags.port
    }).pipe(
      Layer.provide([layerOff, ServiceToken.layerToken(token)]),
      Layer.provideMerge(layerEmbeddedRunner(Demo.demoDirectories))
    )
    yield* Effect.scoped(run(flags, { contentHash, token: Redacted.value(token) })).pipe(
      Effect.provide([layers, NodeHttpClient.layerUndici]),
      Effect.catchTag("ServeError", (error) => Effect.fail(portUnusable("127.0.0.1", flags.port)(error)))
    )
  }).pipe(Effect.provide([Logger.layer(flags.logs ? [jsonLogger] : []), Layer.succeed(Logger.LogToStderr, true)]))
).pipe(
  Command.withDescription("Try the sample extension on an embedded database"),
  Command.withExamples([
    { command: "npx --yes pnpm@12 demo", description: "Print the table, then stay up" },
    { command: "npx --yes pnpm@12 demo --once --json", description: "Print one JSON object a line and exit" }
  ])
)

const report = (error: Error) =>
  CliError.isCliError(error) ? Effect.void : Console.error(foreignText(`demo: ${errorText(error)}`, 10_000))

Command.run(demo, { version: manifest.version }).pipe(
  Effect.tapError(report),
  Effect.tapDefect(Effect.logFatal),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: endWith })
)
