import { randomUUID } from "node:crypto"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import { foreignJson } from "@alga-psa/ext-adapters-wit/ForeignText"
import { NodeHttpClient } from "@effect/platform-node"
import { Console, Effect, Layer, Logger, Redacted } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpServer } from "effect/http"
import * as DatabaseCheck from "../DatabaseCheck.ts"
import * as Demo from "../demo/Demo.ts"
import { demoCases } from "../demo/DemoCase.ts"
import { demoPages, hostPageFiles } from "../demo/DemoPages.ts"
import { demoRoutes } from "../demo/DemoRoutes.ts"
import { routes } from "../Http.ts"
import { serveHostPages } from "../hostpage/HostPageServer.ts"
import { layerOff } from "../Idempotency.ts"
import { table } from "../internal/table.ts"
import { layerHttp, layerRunner } from "../Runner.ts"
import * as ServiceToken from "../ServiceToken.ts"

const once = Flag.Boolean("once").pipe(Flag.withDefault(false), Flag.withDescription("Exit after the table"))

const json = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print one JSON object a line instead: case, status, body")
)

const port = Flag.Int("port").pipe(
  Flag.withDefault(8787),
  Flag.withDescription("Port on the loopback address, and the two above it for pages; with --once any free one")
)

const logs = Flag.Boolean("logs").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print the runner's log, JSON lines, to standard error")
)

const urls = (address: string, pages: ReadonlyArray<string>) =>
  [
    "The runner stays up; Ctrl-C ends it. Open the sample's page in a browser, as any of these:",
    ...pages.map((page) => `  ${page}`),
    "Or ask its handler, as any of the cases above:",
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
  yield* Demo.seedDatabase(target.contentHash)
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
  const { addressOf } = yield* serveHostPages({ pages, files: yield* hostPageFiles, port, framePort })
  if (!flags.json) yield* Console.log(`\n${urls(address, pages.map(addressOf))}`)
  yield* Effect.never
})

const embedded = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("@alga-psa/ext-adapters-pg/PgEmbedded")),
    ({ layerEmbedded }) => layerEmbedded()
  )
)

/** `demo`: the sample extension on an embedded database with the seed, over real HTTP on the loopback address. */
export const demo = Command.make("demo", { once, json, port, logs }, (flags) =>
  Effect.gen(function* () {
    const contentHash = yield* Demo.publishSample
    const token = Redacted.make(randomUUID())
    const layers = layerHttp(Layer.merge(routes, demoRoutes(contentHash)), {
      host: "127.0.0.1",
      port: flags.once ? 0 : flags.port
    }).pipe(
      Layer.provide([layerOff, ServiceToken.layerToken(token)]),
      Layer.provideMerge(layerRunner(Demo.demoDirectories)),
      Layer.provide(DatabaseCheck.layer),
      Layer.provideMerge(Postgres.layer),
      Layer.provideMerge(embedded)
    )
    yield* Effect.scoped(run(flags, { contentHash, token: Redacted.value(token) })).pipe(
      Effect.provide([layers, NodeHttpClient.layerUndici])
    )
  }).pipe(
    Effect.provide([Logger.layer(flags.logs ? [Logger.consoleJson] : []), Layer.succeed(Logger.LogToStderr, true)])
  )
).pipe(
  Command.withDescription("Try the sample extension on an embedded database"),
  Command.withExamples([
    { command: "pnpm demo", description: "Print the table, then stay up" },
    { command: "pnpm demo --once --json", description: "Print one JSON object a line and exit" }
  ])
)
