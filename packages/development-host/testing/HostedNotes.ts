import { copyFile, mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { layerInvoicingHttp, layerSchedulerHttp, layerStorageHttp } from "@alga-psa/ext-adapters-http"
import { layerApiOfStandIn, layerProduct } from "@alga-psa/ext-adapters-http/testing/PortsOverHttp"
import { standIn } from "@alga-psa/ext-adapters-http/testing/Server"
import { StandInProduct } from "@alga-psa/ext-adapters-http/testing/StandInProduct"
import { ids, layerSecrets, MemoryInstalls, MemoryStore, layer as memory, seed } from "@alga-psa/ext-adapters-memory"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { DatabaseCheck } from "@alga-psa/ext-runner/DatabaseCheck"
import { layersOfEgress } from "@alga-psa/ext-runner/Egress"
import { routes } from "@alga-psa/ext-runner/Http"
import { layerOff } from "@alga-psa/ext-runner/Idempotency"
import { layerHttp, layerRunner } from "@alga-psa/ext-runner/Runner"
import { layerToken } from "@alga-psa/ext-runner/ServiceToken"
import { settingsReport } from "@alga-psa/ext-runner/SettingsSource"
import { installed } from "@alga-psa/ext-runner/testing/Extensions"
import { temporary } from "@alga-psa/ext-runner/testing/Temporary"
import { buildNotes } from "@alga-psa/ext-sample-notes"
import { Context, Effect, Layer, Logger, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { hostPageFiles } from "../src/DemoPages.ts"
import { newSession, serveHostPages } from "../src/HostPageServer.ts"
import { personOf } from "../src/Person.ts"
import { executeBody } from "../src/Viewer.ts"

const rows = seed({ contentHash: "0".repeat(64) })

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

const world = Layer.provideMerge(layerProduct, memory(rows))

/** What the sample asks for its status, on a loopback address that the settings of the runner list. */
const serviceOutside = Effect.gen(function* () {
  const service = { status: 200, authorizations: [] as Array<string | undefined> }
  const server = yield* standIn(async ({ headers }) => {
    service.authorizations.push(headers.authorization)
    return { status: service.status, body: null }
  })
  return { service, url: server.url }
})

const settingsFor = (origin: string) => {
  const needed = { DATABASE_URL: "postgres://none", RUNNER_SERVICE_TOKEN: "t".repeat(16), BUNDLE_STORE_BASE: "/none" }
  const opened = { EXT_EGRESS_ALLOWLIST: origin, ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: "127.0.0.1" }
  const { problems, settings } = settingsReport({ ...needed, ...opened }, {})
  if (settings === null) throw new Error(problems.join())
  return settings
}

/** A runner and a host page on free ports of the loopback address. */
export const layerHostedNotes = Layer.unwrap(
  Effect.gen(function* () {
    const directory = yield* temporary
    const { bundleFile, contentHash: named, manifest } = yield* Effect.promise(() => buildNotes())
    const contentHash = named.replace("sha256:", "")
    const tenant = ids.tenants.acme
    const { extension, install, rows: own } = installed(contentHash, manifest.capabilities)
    const file = join(directory, bundlePath({ tenant, extension, hash: contentHash }))
    yield* Effect.promise(async () => {
      await mkdir(dirname(file), { recursive: true })
      await copyFile(bundleFile, file)
    })
    yield* (yield* MemoryStore).load(own)
    const { service, url } = yield* serviceOutside
    const token = "s3cret-token"
    yield* (yield* MemoryInstalls).load(tenant, install, {
      secrets: { status_url: `${url.origin}/status`, status_token: token },
      endpoints: [{ id: "e1", method: "POST", path: "/api/status", handler: "dist/main", schedulable: true }]
    })
    const product = yield* StandInProduct
    const nobody = { versionId: null, contentHash, requestId: null, user: null, restrictTo: null, settings: null }
    product.know({ tenantId: tenant, extensionId: extension, installId: install, trigger: null, ...nobody })
    const behind = Layer.succeedContext(yield* Effect.context<StandInProduct | MemoryInstalls>())
    const api = Layer.provide(layerApiOfStandIn, behind)
    const runnerToken = crypto.randomUUID()
    const viewer = { tenant, extension, install, contentHash, user: ids.users.admin }

    const hosted = Layer.effect(
      HostedNotes,
      Effect.gen(function* () {
        const runner = HttpServer.formatAddress((yield* HttpServer.HttpServer).address)
        const page = {
          path: "/admin",
          session: newSession(),
          viewer: Effect.succeed({ ...viewer, person: personOf(rows, ids.users.admin) }),
          title: "Notes",
          who: "admin"
        }
        const { addressOf } = yield* serveHostPages({
          pages: [page],
          files: yield* hostPageFiles,
          port: 0,
          framePort: 0
        })
        const listed = () =>
          fetch(new URL(`/api/internal/ext-scheduler/install/${install}`, product.url), {
            method: "POST",
            headers: { "x-runner-auth": [...product.tokens][0] ?? "" },
            body: JSON.stringify({ operation: "list" })
          }).then((answer) => answer.json() as Promise<{ schedules: ReadonlyArray<Readonly<Record<string, string>>> }>)
        const run = async ({ endpointMethod: method, endpointPath: path }: Readonly<Record<string, string>>) => {
          const http = { method: method ?? "", path: path ?? "", query: {}, headers: {} }
          const answer = await fetch(new URL("/v1/execute", runner), {
            method: "POST",
            headers: {
              "content-type": "application/json",
              "x-alga-tenant": tenant,
              "x-alga-extension": extension,
              "x-runner-service-token": runnerToken
            },
            body: JSON.stringify(executeBody({ ...viewer, user: null }, http))
          })
          return ((await answer.json()) as { readonly status: number }).status
        }
        return {
          addressOf: () => addressOf(page),
          service,
          token,
          runSchedules: async () => Promise.all((await listed()).schedules.map(run))
        }
      })
    )
    const ports = [
      Layer.provide(layerSecrets, behind),
      Layer.provide(layerStorageHttp, api),
      Layer.provide(layerSchedulerHttp, api),
      Layer.provide(layerInvoicingHttp, api),
      ...layersOfEgress(settingsFor(url.origin))
    ]
    return hosted.pipe(
      Layer.provide(layerHttp(routes, { host: "127.0.0.1", port: 0 })),
      Layer.provide([
        layerRunner({ bundles: { directory }, components: join(directory, "components"), ports }),
        layerToken(Redacted.make(runnerToken)),
        layerOff
      ]),
      Layer.provide(Layer.succeed(DatabaseCheck, { check: Effect.void })),
      Layer.provide(Logger.layer([]))
    )
  })
).pipe(Layer.provide(world))
