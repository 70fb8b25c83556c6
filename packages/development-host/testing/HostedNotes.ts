import { readFile } from "node:fs/promises"
import { standIn } from "@alga-psa/ext-adapters-http/testing/Server"
import { buildNotes } from "@alga-psa/ext-sample-notes"
import { Context, Effect, Layer, Logger } from "effect"
import { behindProduct, layerProductAndVault } from "./BehindProduct.ts"

/** The second sample, installed in a runner whose ports are answered by a stand-in of the product and by a service outside. */
export class HostedNotes extends Context.Service<
  HostedNotes,
  {
    readonly addressOf: (viewer: string) => string
    /** The service that the sample asks: what it answers, and what it was sent. */
    readonly service: { status: number; readonly authorizations: ReadonlyArray<string | undefined> }
    /** What the secret token is. */
    readonly token: string
    /** Runs the endpoint of each schedule, as the product does, and gives the statuses. */
    readonly runSchedules: () => Promise<ReadonlyArray<number>>
  }
>()("testing/HostedNotes") {}

/** What the sample asks for its status, on a loopback address that the settings of the runner list. */
const serviceOutside = Effect.gen(function* () {
  const service = { status: 200, authorizations: [] as Array<string | undefined> }
  const server = yield* standIn(async ({ headers }) => {
    service.authorizations.push(headers.authorization)
    return { status: service.status, body: null }
  })
  return { service, url: server.url }
})

/** The name of its one install. */
const name = "admin"

/** A runner and a host page on free ports of the loopback address. */
export const layerHostedNotes = Layer.effect(
  HostedNotes,
  Effect.gen(function* () {
    const { bundleFile, manifest } = yield* Effect.promise(() => buildNotes())
    const { service, url } = yield* serviceOutside
    const token = "s3cret-token"
    const endpoint = { id: "e1", method: "POST", path: "/api/status", handler: "dist/main", schedulable: true }
    const secrets = { status_url: `${url.origin}/status`, status_token: token }
    const { addressOf, execute, installOf, product } = yield* behindProduct({
      archive: yield* Effect.promise(() => readFile(bundleFile)),
      installs: [{ name, capabilities: manifest.capabilities, fixtures: { secrets, endpoints: [endpoint] } }],
      settings: { EXT_EGRESS_ALLOWLIST: url.origin, ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: "127.0.0.1" }
    })
    const listed = () =>
      fetch(new URL(`/api/internal/ext-scheduler/install/${installOf(name)}`, product.url), {
        method: "POST",
        headers: { "x-runner-auth": [...product.tokens][0] ?? "" },
        body: JSON.stringify({ operation: "list" })
      }).then((answer) => answer.json() as Promise<{ schedules: ReadonlyArray<Readonly<Record<string, string>>> }>)
    const run = ({ endpointMethod: method = "", endpointPath: path = "" }: Readonly<Record<string, string>>) =>
      execute(name, { method, path }, null)
    return {
      addressOf,
      service,
      token,
      runSchedules: async () =>
        Promise.all((await listed()).schedules.map(run)).then((answers) => answers.map(({ status }) => status))
    }
  })
).pipe(Layer.provide(layerProductAndVault), Layer.provide(Logger.layer([])))
