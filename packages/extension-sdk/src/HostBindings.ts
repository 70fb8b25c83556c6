import type {
  HostBindings as PublishedHostBindings,
  UserData as PublishedUserData,
  UserHost as PublishedUserHost
} from "@alga-psa/extension-runtime"
import type { CapabilityName, Granted } from "./Granted.ts"
import type { InvoicingHost } from "./Invoicing.ts"
import type { ResourceHosts } from "./Resources.ts"
import type { StorageHost } from "./Storage.ts"

/** The user on whose behalf the request runs. */
export interface UserData extends PublishedUserData {
  /** The client that a portal user belongs to; null for staff. */
  readonly clientId: string | null
  /** Further values that the product knows of the user. */
  readonly additionalFields: Readonly<Record<string, string>>
}

/** The user on whose behalf the request runs. Fails with a `UserErrorCode`: `not-available` where it runs for nobody. */
export interface UserHost extends PublishedUserHost {
  getUser(): Promise<UserData>
}

/**
 * Everything an extension may ask of its host: the bindings of `@alga-psa/extension-runtime`, and what came to the
 * world since. A handler that was written against the published bindings takes these as well.
 *
 * A call that fails rejects with a `HostError`; one whose arguments have the wrong type rejects with a `TypeError`.
 */
export interface HostBindings extends PublishedHostBindings, ResourceHosts {
  readonly storage: StorageHost
  readonly invoicing: InvoicingHost
  readonly user: UserHost
  /**
   * Whether this execution has a capability, so that a handler can do without what it was not given. Ask for `=== false`:
   * `"unknown"` means that the host does not say, and then only the call tells.
   *
   * `true` does not mean that the user may: `not-allowed` must still be handled.
   *
   * ```ts
   * const services = host.granted("cap:service.read") === false ? null : await host.services.list()
   * ```
   */
  granted(capability: CapabilityName): Granted
}
