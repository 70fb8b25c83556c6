import { Layer } from "effect"
import { type HttpFetch, layerHttpFetchDenied } from "./HttpFetch.ts"
import { type Invoicing, layerInvoicingDenied } from "./Invoicing.ts"
import { layerSchedulerDenied, type Scheduler } from "./Scheduler.ts"
import { layerSecretsDenied, type Secrets } from "./Secrets.ts"
import { layerStorageDenied, type Storage } from "./Storage.ts"
import { layerUiProxyDenied, type UiProxy } from "./UiProxy.ts"

/**
 * Every port beside the reads, denied. Merge a real layer over it to open one:
 * `Layer.merge(layerDeniedPorts, layerMyStorage)`.
 */
export const layerDeniedPorts: Layer.Layer<Secrets | HttpFetch | Storage | UiProxy | Scheduler | Invoicing> =
  Layer.mergeAll(
    layerSecretsDenied,
    layerHttpFetchDenied,
    layerStorageDenied,
    layerUiProxyDenied,
    layerSchedulerDenied,
    layerInvoicingDenied
  )
