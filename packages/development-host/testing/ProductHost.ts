import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ids, MemoryStore, layer as memory, mergeDatasets, seed } from "@alga-psa/ext-adapters-memory"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { Components } from "@alga-psa/ext-runner/Components"
import { DatabaseCheck } from "@alga-psa/ext-runner/DatabaseCheck"
import { routes } from "@alga-psa/ext-runner/Http"
import { layerOff } from "@alga-psa/ext-runner/Idempotency"
import { layerHttp, layerRunner } from "@alga-psa/ext-runner/Runner"
import { layerToken } from "@alga-psa/ext-runner/ServiceToken"
import { manifest, pack, sha256 } from "@alga-psa/ext-runner/testing/Archive"
import { installed } from "@alga-psa/ext-runner/testing/Extensions"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { Context, Effect, Layer, Logger, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { adminCase } from "../src/DemoCase.ts"
import * as Viewer from "../src/Viewer.ts"
import { type Behind, type GatewayRequest, type ProductPage, startProductServer } from "./ProductServer.ts"

/** The ways in which the product shows an extension's page: on its own origin, and on a domain of the page's own. */
export const modes = ["path", "domain"] as const
export type Mode = (typeof modes)[number]

/** The extensions that are installed: the sample, and one that has a page and no component. */
export const shown = ["sample", "page-only"] as const
export type Shown = (typeof shown)[number]

/** The product's pages around extensions of two runners. */
export class ProductHost extends Context.Service<
  ProductHost,
  {
    /** The product's page around an extension's page. */
    readonly addressOf: (mode: Mode, what: Shown) => string
    /** The origin of an extension's page on its own domain, at the first runner. */
    readonly domainOf: (what: Shown) => string
    readonly proxied: Array<string>
    /** Switches an install on or off. */
    readonly enable: (what: Shown, enabled: boolean) => Promise<void>
  }
>()("testing/ProductHost") {}

const tenant = ids.tenants.acme

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-product-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const pageOnly = {
  "manifest.json": JSON.stringify(manifest),
  "ui/index.html":
    '<!doctype html><html lang="en"><head><title>Hello</title><script type="module" src="./assets/app.js"></script></head><body></body></html>',
  "ui/assets/app.js":
    'document.body.append(Object.assign(document.createElement("h1"), { textContent: "Hello, world" }))'
}

/** What the product's gateway for pages makes of a request, with the staff of {@link adminCase} in its session. */
const gatewayTo =
  (runner: string, token: string, contentHash: string) => async (extension: string, request: GatewayRequest) => {
    const { body, method, path, query } = request
    const { user, ...rest } = Viewer.executeBody(
      { ...adminCase, contentHash },
      { method, path, query, headers: {}, ...(body.byteLength === 0 ? {} : { body_b64: body.toString("base64") }) }
    )
    const response = await fetch(`${runner}/v1/execute`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-runner-service-token": token,
        "x-alga-tenant": tenant,
        "x-alga-extension": extension
      },
      body: JSON.stringify({ ...rest, user: { ...user, client_id: "" }, providers: [], limits: { timeout_ms: 30_000 } })
    })
    const answer = (await response.json()) as { status: number; body_b64?: string }
    return { status: answer.status, body: Buffer.from(answer.body_b64 ?? "", "base64") }
  }

/** Two runners over one set of rows, and the product's server in front of them. */
export const layerProductHost = Layer.effect(
  ProductHost,
  Effect.gen(function* () {
    const directory = yield* temporary
    const sample = yield* Effect.promise(() => buildSample())
    const archives = {
      sample: yield* Effect.promise(() => readFile(sample.bundleFile)),
      "page-only": yield* Effect.promise(() => pack(pageOnly))
    }
    const hashes = { sample: sha256(archives.sample), "page-only": sha256(archives["page-only"]) }
    const hello = installed(hashes["page-only"])
    const extensions = { sample: ids.extensions.full, "page-only": hello.extension }
    const installs = { sample: ids.installs.full, "page-only": hello.install }
    const hosts = { sample: "t1--sample.localhost", "page-only": "t1--hello.localhost" }
    yield* Effect.promise(async () => {
      for (const what of shown) {
        const file = join(directory, bundlePath({ tenant, extension: extensions[what], hash: hashes[what] }))
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, archives[what])
      }
    })
    const rows = yield* Layer.build(memory(mergeDatasets(seed({ contentHash: hashes.sample }), hello.rows)))
    const store = Context.get(rows, MemoryStore)
    const change = (what: Shown, to: object) =>
      store.update((all) => ({
        ...all,
        tenant_extension_install: all.tenant_extension_install.map((row) =>
          row.id === installs[what] ? { ...row, ...to } : row
        )
      }))
    for (const what of shown) yield* change(what, { runner_domain: hosts[what] })

    const product = yield* Effect.acquireRelease(
      Effect.promise(() => startProductServer()),
      ({ close }) => Effect.promise(() => close())
    )
    const token = crypto.randomUUID()
    const scope = yield* Effect.scope
    const startRunner = (name: string) =>
      layerHttp(routes, { host: "127.0.0.1", port: 0, frameAncestors: product.origin }).pipe(
        Layer.provideMerge([
          layerRunner({
            bundles: { directory },
            components: join(directory, name),
            sandbox: { spares: 0, loadedSpares: 0 }
          }),
          layerToken(Redacted.make(token)),
          layerOff
        ]),
        Layer.provide(Layer.succeed(DatabaseCheck, { check: Effect.void })),
        Layer.provide(Layer.succeedContext(rows)),
        Layer.provide(Logger.layer([])),
        (runner) => Layer.buildWithMemoMap(runner, Layer.makeMemoMapUnsafe(), scope),
        // The published SDK waits 15 seconds for an answer: a page's first one does not wait for this, too.
        Effect.tap((built) =>
          Context.get(built, Components).get({ tenant, extension: extensions.sample, hash: hashes.sample })
        ),
        Effect.map((built) => HttpServer.formatAddress(Context.get(built, HttpServer.HttpServer).address))
      )
    const [first, second] = [yield* startRunner("one"), yield* startRunner("two")]
    const domainOf = (what: Shown) => `http://${hosts[what]}:${new URL(first).port}`
    const pages = modes.flatMap((mode) =>
      shown.map((what): ProductPage => {
        const extension = extensions[what]
        return {
          path: `/msp/${mode}/${what}`,
          extension,
          tellsTheme: mode === "domain",
          frame: (origin) =>
            mode === "domain"
              ? `${domainOf(what)}/?parentOrigin=${encodeURIComponent(origin)}&_h=${hashes[what]}`
              : `/runner/ext-ui/${extension}/sha256:${hashes[what]}/index.html?${new URLSearchParams({
                  tenant,
                  extensionId: extension,
                  parentOrigin: origin
                })}`
        }
      })
    )
    const behind: Behind = { runners: [first, second], pages, gateway: gatewayTo(second, token, hashes.sample) }
    product.put(behind)
    return ProductHost.of({
      addressOf: (mode, what) => `${product.origin}/msp/${mode}/${what}`,
      domainOf,
      proxied: product.proxied,
      enable: (what, is_enabled) => Effect.runPromise(change(what, { is_enabled }))
    })
  })
)
