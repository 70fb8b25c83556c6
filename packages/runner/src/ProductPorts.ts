import { layerSecretsEnvelope } from "@alga-psa/ext-adapters-http/EnvelopeSecrets"
import { layerProductApi } from "@alga-psa/ext-adapters-http/ProductApi"
import { layerInvoicingHttp } from "@alga-psa/ext-adapters-http/ProductInvoicing"
import { layerSchedulerHttp } from "@alga-psa/ext-adapters-http/ProductScheduler"
import { layerStorageHttp } from "@alga-psa/ext-adapters-http/ProductStorage"
import { layerUiProxyHttp } from "@alga-psa/ext-adapters-http/ProductUiProxy"
import type { VaultOptions } from "@alga-psa/ext-adapters-http/VaultOptions"
import { Effect, Layer, type Redacted } from "effect"
import type { PortLayer } from "./Runner.ts"
import type { Settings } from "./Settings.ts"

/** Whether a port beside the reads is open, after the settings. */
export interface PortState {
  /** The interface's name in the world. */
  readonly port: string
  readonly open: boolean
  /** What it stands on where it is open, else the setting that is missing. */
  readonly why: string
}

/** What comes before `/api/internal`: one `/` at the end, and one `/api` before it, are not part of it. */
const internalBase = (given: string): URL => new URL(given.replace(/\/$/, "").replace(/\/api$/, ""))

const productAt = (settings: Partial<Settings>): string | undefined =>
  settings.STORAGE_API_BASE_URL ?? settings.REGISTRY_BASE_URL

/** What proves the runner to the product's internal API; undefined where nothing does. */
const productToken = (settings: Partial<Settings>): Redacted.Redacted | undefined =>
  settings.RUNNER_STORAGE_API_TOKEN ?? settings.RUNNER_SERVICE_TOKEN

const vaultOf = (settings: Settings): VaultOptions | null => {
  const address = settings.VAULT_ADDR ?? settings.ALGA_VAULT_ADDR
  return address === undefined
    ? null
    : {
        address: new URL(address),
        mount: settings.ALGA_VAULT_TRANSIT_MOUNT,
        namespace: settings.VAULT_NAMESPACE ?? null,
        tokenFile: settings.ALGA_VAULT_TOKEN_FILE
      }
}

/** Which of the ports that the product or Vault answers are open, and why. */
export const productPorts = (settings: Partial<Settings>): ReadonlyArray<PortState> => {
  const hasVault = (settings.VAULT_ADDR ?? settings.ALGA_VAULT_ADDR) !== undefined
  const missing =
    productAt(settings) === undefined
      ? "STORAGE_API_BASE_URL and REGISTRY_BASE_URL are not set"
      : productToken(settings) === undefined
        ? "RUNNER_STORAGE_API_TOKEN and RUNNER_SERVICE_TOKEN are not set"
        : null
  const why =
    missing ??
    (settings.STORAGE_API_BASE_URL === undefined ? "REGISTRY_BASE_URL is set" : "STORAGE_API_BASE_URL is set")
  const ofProduct = ["storage", "scheduler", "invoicing"].map((port) => ({ port, open: missing === null, why }))
  const hasRoutes = settings.UI_PROXY_BASE_URL !== undefined
  return [
    {
      port: "secrets",
      open: true,
      why: hasVault
        ? "envelopes are opened, by Vault too"
        : "envelopes are opened; one of Vault fails without VAULT_ADDR"
    },
    ...ofProduct,
    { port: "ui-proxy", open: hasRoutes, why: `UI_PROXY_BASE_URL is ${hasRoutes ? "" : "not "}set` }
  ]
}

/**
 * The ports that the settings open, of those that the product or Vault answers. `latest` gives the settings as they are by
 * now: a token that changed counts from then on.
 */
export const layersOfProduct = (
  settings: Settings,
  latest: Effect.Effect<Partial<Settings>> = Effect.succeed(settings)
): ReadonlyArray<PortLayer> => {
  const secrets = layerSecretsEnvelope(vaultOf(settings))
  const base = productAt(settings)
  const token = productToken(settings)
  const routes = settings.UI_PROXY_BASE_URL
  const ports: Array<PortLayer> = [secrets]
  if (base !== undefined && token !== undefined) {
    const now = Effect.map(latest, (read) => productToken(read) ?? token)
    const api = layerProductApi({ base: internalBase(base), token: now })
    ports.push(
      Layer.provide(layerStorageHttp, api),
      Layer.provide(layerSchedulerHttp, api),
      Layer.provide(layerInvoicingHttp, api)
    )
  }
  if (routes !== undefined) {
    const options = { base: new URL(routes), timeoutMillis: settings.UI_PROXY_TIMEOUT_MS }
    ports.push(Layer.provide(layerUiProxyHttp(options), secrets))
  }
  return ports
}
