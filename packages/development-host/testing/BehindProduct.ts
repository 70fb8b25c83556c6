import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { layerProduct } from "@alga-psa/ext-adapters-http/testing/PortsOverHttp"
import { StandInProduct } from "@alga-psa/ext-adapters-http/testing/StandInProduct"
import { layerStandInVault, StandInVault } from "@alga-psa/ext-adapters-http/testing/StandInVault"
import {
  type InstallFixtures,
  ids,
  MemoryInstalls,
  MemoryStore,
  layer as memory,
  seed
} from "@alga-psa/ext-adapters-memory"
import type { UserId } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { Components } from "@alga-psa/ext-runner/Components"
import { DatabaseCheck } from "@alga-psa/ext-runner/DatabaseCheck"
import { layersOfEgress } from "@alga-psa/ext-runner/Egress"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { routes } from "@alga-psa/ext-runner/Http"
import { layerOff } from "@alga-psa/ext-runner/Idempotency"
import { layersOfProduct } from "@alga-psa/ext-runner/ProductPorts"
import { layerHttp, layerRunner } from "@alga-psa/ext-runner/Runner"
import { layerToken } from "@alga-psa/ext-runner/ServiceToken"
import { settingsReport } from "@alga-psa/ext-runner/SettingsSource"
import { sha256 } from "@alga-psa/ext-runner/testing/Archive"
import { installed } from "@alga-psa/ext-runner/testing/Extensions"
import { temporary } from "@alga-psa/ext-runner/testing/Temporary"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { hostPageFiles } from "../src/DemoPages.ts"
import { newSession, serveHostPages } from "../src/HostPageServer.ts"
import { personOf } from "../src/Person.ts"
import { executeBody } from "../src/Viewer.ts"

const rows = seed({ contentHash: "0".repeat(64) })
const tenant = ids.tenants.acme

/** The product and Vault on the loopback address, over the seed. */
export const layerProductAndVault = Layer.provideMerge(Layer.merge(layerProduct, layerStandInVault), memory(rows))

/** An install of the extension, with a host page at `/{name}`. */
export interface InstallBehind {
  readonly name: string
  readonly capabilities: ReadonlyArray<string>
  /** What the product has for it. Its secrets are sealed by Vault. */
  readonly fixtures?: Partial<InstallFixtures>
  /** Who looks. Default: the administrator. */
  readonly user?: UserId
}

/** A request of a handler, and its answer. */
export interface HandlerRequest {
  readonly method: string
  readonly path: string
  readonly body?: string
}
export interface HandlerAnswer {
  readonly status: number
  readonly body: string
}

/**
 * An extension in a runner whose settings name the stand-ins, as those of a deployment name the product, and a host page around
 * the page of each of its installs.
 */
export const behindProduct = Effect.fnUntraced(function* (options: {
  readonly archive: Uint8Array
  readonly installs: ReadonlyArray<InstallBehind>
  /** Settings of the runner beside those of the product and Vault. */
  readonly settings: Readonly<Record<string, string>>
}) {
  const [product, vault] = [yield* StandInProduct, yield* StandInVault]
  const directory = yield* temporary
  const contentHash = sha256(options.archive)
  const tokenFile = join(directory, "token")
  const token = crypto.randomUUID()
  yield* Effect.promise(() => writeFile(tokenFile, vault.state.token))
  const { problems, settings } = settingsReport(
    {
      ...{ DATABASE_URL: "postgres://none", BUNDLE_STORE_BASE: directory, RUNNER_SERVICE_TOKEN: token },
      ...{ RUNNER_STORAGE_API_TOKEN: [...product.tokens][0] ?? "", STORAGE_API_BASE_URL: product.url.origin },
      UI_PROXY_BASE_URL: `${product.url.origin}/ui`,
      ...{ VAULT_ADDR: vault.url.origin, ALGA_VAULT_TOKEN_FILE: tokenFile },
      ...options.settings
    },
    {}
  )
  if (settings === null) throw new Error(problems.join())

  const installs = yield* Effect.forEach(options.installs, ({ capabilities, fixtures = {}, name, user }) =>
    Effect.gen(function* () {
      const { extension, install, rows: own } = installed(contentHash, capabilities)
      yield* (yield* MemoryStore).load(own)
      yield* (yield* MemoryInstalls).load(tenant, install, fixtures)
      product.know(bareExecution({ tenantId: tenant, extensionId: extension, installId: install, contentHash }))
      yield* Effect.promise(async () => {
        const file = join(directory, bundlePath({ tenant, extension, hash: contentHash }))
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, options.archive)
      })
      const secret_envelope = {
        algorithm: "vault-transit",
        key_path: "extensions",
        ciphertext_b64: vault.seal(JSON.stringify(fixtures.secrets ?? {}))
      }
      const person = personOf(rows, user ?? ids.users.admin)
      const viewer = { tenant, extension, install, contentHash, user: user ?? ids.users.admin, person }
      const page = { path: `/${name}`, session: newSession(), viewer: Effect.succeed(viewer), title: name, who: name }
      return { name, page, secret_envelope, viewer }
    })
  )
  const named = (name: string) => {
    const found = installs.find((install) => install.name === name)
    if (found === undefined) throw new Error(`no install ${name}`)
    return found
  }

  const runner = yield* Layer.build(
    layerHttp(routes, { host: "127.0.0.1", port: 0 }).pipe(
      Layer.provideMerge([
        layerRunner({
          bundles: { directory },
          components: join(directory, "components"),
          sandbox: { spares: 0, loadedSpares: 0 },
          ports: [...layersOfProduct(settings), ...layersOfEgress(settings)]
        }),
        layerToken(Redacted.make(token)),
        layerOff
      ]),
      Layer.provide(Layer.succeed(DatabaseCheck, { check: Effect.void }))
    )
  )
  // The published SDK waits 15 seconds for an answer: a page's first one does not wait for this, too.
  for (const { viewer } of installs) {
    const { contentHash: hash, extension, tenant } = viewer
    yield* Context.get(runner, Components).get({ tenant, extension, hash })
  }
  const origin = HttpServer.formatAddress(Context.get(runner, HttpServer.HttpServer).address)

  // The host page knows no secrets. Where the product has them, its gateway puts the envelope beside the request.
  const execution = Context.get(runner, Execution)
  const withEnvelope = Execution.of({
    run: (request, requestId) => {
      const own = installs.find(({ viewer }) => viewer.install === request.context.install_id)
      return execution.run({ ...request, secret_envelope: Redacted.make(own?.secret_envelope ?? {}) }, requestId)
    }
  })
  const { addressOf } = yield* serveHostPages({
    pages: installs.map(({ page }) => page),
    files: yield* hostPageFiles,
    port: 0,
    framePort: 0
  }).pipe(Effect.provideContext(Context.add(runner, Execution, withEnvelope)))

  return {
    product,
    /** The host page of an install. */
    addressOf: (name: string) => addressOf(named(name).page),
    installOf: (name: string) => named(name).viewer.install,
    /** What the handler answers to `POST /v1/execute`, for the one who looks or for nobody. */
    execute: async (name: string, request: HandlerRequest, user?: null): Promise<HandlerAnswer> => {
      const { secret_envelope, viewer } = named(name)
      const { body, method, path } = request
      const http = {
        ...{ method, path, query: {}, headers: {} },
        ...(body === undefined ? {} : { body_b64: Buffer.from(body).toString("base64") })
      }
      const response = await fetch(new URL("/v1/execute", origin), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-alga-tenant": viewer.tenant,
          "x-alga-extension": viewer.extension,
          "x-runner-service-token": token
        },
        body: JSON.stringify({ ...executeBody(user === null ? { ...viewer, user } : viewer, http), secret_envelope })
      })
      const { body_b64 = "", status } = (await response.json()) as { body_b64?: string; status: number }
      return { status, body: Buffer.from(body_b64, "base64").toString() }
    }
  }
})

/** What {@link behindProduct} makes. */
export type BehindProduct = Effect.Success<ReturnType<typeof behindProduct>>
