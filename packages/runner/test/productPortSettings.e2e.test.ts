import { standIn } from "@alga-psa/ext-adapters-http/testing/Server"
import { ids } from "@alga-psa/ext-adapters-memory"
import { codeOf } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { asExecution, layerDeniedPorts, Secrets, Storage, UiProxy } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { layersOfProduct, productPorts } from "../src/ProductPorts.ts"
import { settingsReport } from "../src/SettingsSource.ts"

const least = {
  DATABASE_URL: "postgres://reader:secret@db:5432/alga",
  BUNDLE_STORE_BASE: "/bundles",
  RUNNER_SERVICE_TOKEN: "the-callers-token"
}

const execution = bareExecution({
  tenantId: ids.tenants.acme,
  extensionId: ids.extensions.full,
  installId: ids.installs.full,
  requestId: "request-1",
  trigger: "schedule",
  settings: Redacted.make({
    config: {},
    secretEnvelope: { ciphertext_b64: Buffer.from('{"api_key":"of-the-install"}').toString("base64") }
  })
})

const settingsOf = (change: Readonly<Record<string, string>>) => {
  const { problems, settings } = settingsReport({ ...least, ...change }, {})
  assert.deepEqual(problems, [])
  assert(settings !== null)
  return settings
}

const statesOf = (environment: Readonly<Record<string, string>>) =>
  productPorts(settingsReport(environment, {}).values).map(({ open, port, why }) => `${port} ${open}: ${why}`)

const ofProduct = (open: boolean, why: string) =>
  ["storage", "scheduler", "invoicing"].map((port) => `${port} ${open}: ${why}`)
const inline = "secrets true: envelopes are opened; one of Vault fails without VAULT_ADDR"
const noRoutes = "ui-proxy false: UI_PROXY_BASE_URL is not set"

describe("The ports that the product answers", () => {
  it("are denied while a setting is missing, and say which", () => {
    assert.deepEqual(statesOf({}), [
      inline,
      ...ofProduct(false, "STORAGE_API_BASE_URL and REGISTRY_BASE_URL are not set"),
      noRoutes
    ])
    assert.deepEqual(statesOf({ STORAGE_API_BASE_URL: "http://alga" }), [
      inline,
      ...ofProduct(false, "RUNNER_STORAGE_API_TOKEN and RUNNER_SERVICE_TOKEN are not set"),
      noRoutes
    ])
  })

  it("are open by the product's own names, the more particular first", () => {
    const token = { RUNNER_SERVICE_TOKEN: "t".repeat(16) }
    assert.deepEqual(
      statesOf({ ...token, REGISTRY_BASE_URL: "http://a" }).slice(1, 4),
      ofProduct(true, "REGISTRY_BASE_URL is set")
    )
    assert.deepEqual(
      statesOf({ ...token, REGISTRY_BASE_URL: "http://a", STORAGE_API_BASE_URL: "http://b" }).slice(1, 4),
      ofProduct(true, "STORAGE_API_BASE_URL is set")
    )
    assert.include(statesOf({ UI_PROXY_BASE_URL: "http://a" }), "ui-proxy true: UI_PROXY_BASE_URL is set")
    for (const name of ["VAULT_ADDR", "ALGA_VAULT_ADDR"]) {
      assert.include(statesOf({ [name]: "http://v" }), "secrets true: envelopes are opened, by Vault too")
    }
  })

  it.effect("deny, each by itself, where nothing is set, and secrets of an envelope need no setting", () =>
    Effect.gen(function* () {
      const ports = layersOfProduct(settingsOf({}))
      assert.strictEqual(ports.length, 1)
      const read = Effect.gen(function* () {
        const storage = yield* Storage
        const routes = yield* UiProxy
        const secrets = yield* Secrets
        return [
          yield* codeOf(storage.get("space", "key")),
          yield* codeOf(routes.callRoute("/r", null)),
          yield* secrets.get("api_key")
        ]
      })
      assert.deepEqual(
        yield* asExecution(execution)(Effect.provide(read, Layer.mergeAll(layerDeniedPorts, ...ports))),
        [...["denied", "denied"], "of-the-install"]
      )
    })
  )

  it.effect.each(["", "/", "/api", "/api/"])("are asked below the base, whose ending %j is no part of it", (ending) =>
    Effect.gen(function* () {
      const product = yield* standIn(async () => ({ status: 200, body: { items: [] } }))
      let token = "the-token-at-the-start"
      const base = { STORAGE_API_BASE_URL: `${product.url.origin}${ending}`, UI_PROXY_BASE_URL: product.url.origin }
      const settings = settingsOf({ ...base, RUNNER_STORAGE_API_TOKEN: token })
      const latest = Effect.sync(() => settingsOf({ ...base, RUNNER_STORAGE_API_TOKEN: token }))
      const ports = Layer.mergeAll(layerDeniedPorts, ...layersOfProduct(settings, latest))
      const asked = Effect.gen(function* () {
        const storage = yield* Storage
        const routes = yield* UiProxy
        yield* storage.listEntries("space", null)
        token = "the-token-from-then-on"
        yield* storage.listEntries("space", null)
        yield* routes.callRoute("/r", null)
      })
      yield* asExecution(execution)(Effect.provide(asked, ports))
      const path = `/api/internal/ext-storage/install/${execution.installId}`
      assert.deepEqual(
        product.received.map(({ headers, url }) => [url, headers["x-runner-auth"] ?? headers["x-api-key"]]),
        [
          [path, "the-token-at-the-start"],
          [path, "the-token-from-then-on"],
          [`/${execution.extensionId}/r`, "of-the-install"]
        ]
      )
    })
  )
})
