import { Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import { type GuardedHttpFetch, layerGuardedHttpFetch } from "./GuardedHttpFetch.ts"
import { type GuardedInvoicing, layerGuardedInvoicing } from "./GuardedInvoicing.ts"
import { type GuardedScheduler, layerGuardedScheduler } from "./GuardedScheduler.ts"
import { type GuardedSecrets, layerGuardedSecrets } from "./GuardedSecrets.ts"
import { type GuardedStorage, layerGuardedStorage } from "./GuardedStorage.ts"
import { type GuardedUiProxy, layerGuardedUiProxy } from "./GuardedUiProxy.ts"
import type { HttpFetch } from "./HttpFetch.ts"
import type { Invoicing } from "./Invoicing.ts"
import type { Scheduler } from "./Scheduler.ts"
import type { Secrets } from "./Secrets.ts"
import type { Storage } from "./Storage.ts"
import type { UiProxy } from "./UiProxy.ts"

/** The ports beside the reads. */
export type Ports = Secrets | HttpFetch | Storage | UiProxy | Scheduler | Invoicing

/** Each of {@link Ports}, as an extension's execution may call it. */
export type GuardedPorts =
  | GuardedSecrets
  | GuardedHttpFetch
  | GuardedStorage
  | GuardedUiProxy
  | GuardedScheduler
  | GuardedInvoicing

/** Every port beside the reads behind the guard, over the ports and the authorization of the reads. */
export const layerGuardedPorts: Layer.Layer<GuardedPorts, never, Ports | Authorization> = Layer.mergeAll(
  layerGuardedSecrets,
  layerGuardedHttpFetch,
  layerGuardedStorage,
  layerGuardedUiProxy,
  layerGuardedScheduler,
  layerGuardedInvoicing
)
