import {
  type HostError,
  type HostErrorCode,
  type HttpErrorCode,
  isHostError,
  type ProxyErrorCode,
  type SchedulerErrorCode,
  type SecretErrorCode,
  type StorageErrorCode,
  type UserErrorCode
} from "./HostError.ts"

const failureOf =
  <Code extends HostErrorCode>(part: string, codes: ReadonlyArray<Code>) =>
  (value: unknown): value is HostError<Code> =>
    isHostError(value, ...codes) && value.operation.startsWith(`${part}.`)

/**
 * Whether a caught value is a failed call of `host.secrets`. A `switch` over its `code` can be complete.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isSecretError, mockSecrets } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings({ secrets: mockSecrets({}) })
 * await host.secrets.get("key").catch((error) => console.log(isSecretError(error) && error.code)) // missing
 * ```
 */
export const isSecretError = failureOf<SecretErrorCode>("secrets", ["missing", "denied", "expired", "internal"])

/**
 * Whether a caught value is a failed call of `host.http`; `fetch` has it as the `cause` of its `TypeError`. A `switch` over
 * its `code` can be complete.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isHttpError } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings()
 * const request = { method: "GET", url: "https://service.example/", headers: [] }
 * await host.http.fetch(request).catch((error) => console.log(isHttpError(error) && error.code)) // not-allowed
 * ```
 */
export const isHttpError = failureOf<HttpErrorCode>("http", ["invalid-url", "not-allowed", "transport", "internal"])

/**
 * Whether a caught value is a failed call of `host.storage`. A `switch` over its `code` can be complete.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isStorageError, mockStorage } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings({ storage: mockStorage() })
 * const first = await host.storage.putJson("notes", "a", { text: "hello" })
 * await host.storage.putJson("notes", "a", { text: "again" })
 * const late = host.storage.putJson("notes", "a", { text: "late" }, { ifRevision: first })
 * await late.catch((error) => console.log(isStorageError(error) && error.code)) // conflict
 * ```
 */
export const isStorageError = failureOf<StorageErrorCode>("storage", ["missing", "conflict", "denied", "internal"])

/**
 * Whether a caught value is a failed call of `host.uiProxy`. A `switch` over its `code` can be complete.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isProxyError, mockUiProxy } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings({ uiProxy: mockUiProxy([]) })
 * await host.uiProxy.callRoute("/a").catch((error) => console.log(isProxyError(error) && error.code)) // route-not-found
 * ```
 */
export const isProxyError = failureOf<ProxyErrorCode>("uiProxy", [
  "route-not-found",
  "denied",
  "bad-request",
  "internal"
])

/**
 * Whether a caught value is a failed call of `host.scheduler`. A `switch` over its `code` can be complete. A change that is
 * refused is no failure: it is a result with `success: false`.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isSchedulerError } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings()
 * await host.scheduler.list().catch((error) => console.log(isSchedulerError(error) && error.code)) // denied
 * ```
 */
export const isSchedulerError = failureOf<SchedulerErrorCode>("scheduler", [
  "not-found",
  "validation-failed",
  "quota-exceeded",
  "denied",
  "internal"
])

/**
 * Whether a caught value is a failed call of `host.user`: `not-available` where the request runs for nobody.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, HostError, isUserError } from "@alga-psa/ext-extension-sdk"
 *
 * const user = { getUser: () => Promise.reject(new HostError("user.getUser", "not-available")) }
 * const host = createMockHostBindings({ user })
 * await host.user.getUser().catch((error) => console.log(isUserError(error) && error.code)) // not-available
 * ```
 */
export const isUserError = failureOf<UserErrorCode>("user", ["not-available", "not-allowed", "internal"])
