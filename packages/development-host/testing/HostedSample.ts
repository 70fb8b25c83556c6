import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ids, layer as memory, seed } from "@alga-psa/ext-adapters-memory"
import { DataSourceError, ServiceReader } from "@alga-psa/ext-domain"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { Components } from "@alga-psa/ext-runner/Components"
import { DatabaseCheck } from "@alga-psa/ext-runner/DatabaseCheck"
import { routes } from "@alga-psa/ext-runner/Http"
import { layerOff } from "@alga-psa/ext-runner/Idempotency"
import { layerHttp, layerRunner } from "@alga-psa/ext-runner/Runner"
import { layerToken } from "@alga-psa/ext-runner/ServiceToken"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { Context, Effect, Layer, Logger, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { adminCase } from "../src/DemoCase.ts"
import { demoPages, hostPageFiles } from "../src/DemoPages.ts"
import { serveHostPages } from "../src/HostPageServer.ts"

/** The sample, installed in a runner over the seed, with a host page for each kind of viewer. */
export class HostedSample extends Context.Service<
  HostedSample,
  {
    /** The runner's own address, for `POST /v1/execute`. */
    readonly runner: string
    readonly token: string
    readonly contentHash: string
    /** The host page of a case of the demo, such as `admin-user`. */
    readonly addressOf: (name: string) => string
    /** The session of that page. */
    readonly sessionOf: (name: string) => string
    /** The origin of the extension's page. */
    readonly frames: string
    /** Makes the source of services fail, or work again. */
    readonly breakServices: (broken: boolean) => void
  }
>()("testing/HostedSample") {}

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-hosted-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Services that fail while `state.broken`. */
const breakable = (state: { broken: boolean }) => {
  const failure = new DataSourceError({ reason: "unavailable", operation: "ServiceReader.list", cause: "broken here" })
  return Layer.effect(
    ServiceReader,
    Effect.map(ServiceReader, (reader) => ({
      ...reader,
      list: (tenant, query) => (state.broken ? Effect.fail(failure) : reader.list(tenant, query)),
      get: (tenant, id) => (state.broken ? Effect.fail(failure) : reader.get(tenant, id))
    }))
  )
}

/** Builds an extension. */
export type Build = () => Promise<{ readonly bundleFile: string; readonly contentHash: string }>

/** A runner and host pages on free ports of the loopback address, over data in memory, with the extension installed. */
export const layerHosted = (build: Build) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const directory = yield* temporary
      const { bundleFile, contentHash: named } = yield* Effect.promise(build)
      const contentHash = named.replace("sha256:", "")
      yield* Effect.promise(async () => {
        for (const extension of [ids.extensions.full, ids.extensions.ungranted]) {
          const file = join(directory, bundlePath({ tenant: ids.tenants.acme, extension, hash: contentHash }))
          await mkdir(dirname(file), { recursive: true })
          await copyFile(bundleFile, file)
        }
      })
      const token = crypto.randomUUID()
      const state = { broken: false }
      const ports = memory(seed({ contentHash }))
      const hosted = Layer.effect(
        HostedSample,
        Effect.gen(function* () {
          const runner = HttpServer.formatAddress((yield* HttpServer.HttpServer).address)
          // The published SDK waits 15 seconds for an answer: a page's first one does not wait for this, too.
          const { extension, tenant } = adminCase
          yield* (yield* Components).get({ tenant, extension, hash: contentHash })
          const pages = demoPages(contentHash)
          const files = yield* hostPageFiles
          const { addressOf, frames } = yield* serveHostPages({ pages, files, port: 0, framePort: 0 })
          return {
            runner,
            token,
            contentHash,
            frames,
            addressOf: (name) => addressOf({ path: `/${name}` }),
            sessionOf: (name) => pages.find(({ path }) => path === `/${name}`)?.session ?? "",
            breakServices: (broken) => {
              state.broken = broken
            }
          }
        })
      )
      return hosted.pipe(
        Layer.provide(layerHttp(routes, { host: "127.0.0.1", port: 0 })),
        Layer.provide([
          layerRunner({
            bundles: { directory },
            components: join(directory, "components"),
            sandbox: { spares: 0, loadedSpares: 0 }
          }),
          layerToken(Redacted.make(token)),
          layerOff
        ]),
        Layer.provide(Layer.succeed(DatabaseCheck, { check: Effect.void })),
        Layer.provide(breakable(state)),
        Layer.provide(ports),
        Layer.provide(Logger.layer([]))
      )
    })
  )

/** {@link layerHosted} of the sample. */
export const layerHostedSample = layerHosted(buildSample)
