import { resourceNames } from "./internal/resources/names.ts"

/** Every {@link ReadErrorCode}. */
export const readErrorCodes = ["not-allowed", "invalid-input", "internal"] as const

/** Why clients or services could not be read. */
export type ReadErrorCode = (typeof readErrorCodes)[number]

/** Why a secret could not be had. */
export type SecretErrorCode = "missing" | "denied" | "expired" | "internal"

/** Why a fetch did not take place. */
export type HttpErrorCode = "invalid-url" | "not-allowed" | "transport" | "internal"

/** Why storage did not answer. */
export type StorageErrorCode = "missing" | "conflict" | "denied" | "internal"

/** Why a product route did not answer. */
export type ProxyErrorCode = "route-not-found" | "denied" | "bad-request" | "internal"

/** Why there is no user to tell of. */
export type UserErrorCode = "not-available" | "not-allowed" | "internal"

/** Why the scheduler did not answer. */
export type SchedulerErrorCode = "not-found" | "validation-failed" | "quota-exceeded" | "denied" | "internal"

/** Every code that a host call can fail with. */
export type HostErrorCode =
  | ReadErrorCode
  | SecretErrorCode
  | HttpErrorCode
  | StorageErrorCode
  | ProxyErrorCode
  | UserErrorCode
  | SchedulerErrorCode

const capabilities: Readonly<Record<string, string>> = {
  secrets: "cap:secrets.get",
  http: "cap:http.fetch",
  storage: "cap:storage.kv",
  uiProxy: "cap:ui.proxy",
  scheduler: "cap:scheduler.manage"
}

const groupOf = (operation: string): string => operation.replace(/\..*/, "")

const capabilityMust = (operation: string, last: string): string =>
  `the manifest must declare ${capabilities[groupOf(operation)] ?? "the capability"}, the install must grant it, and ${last}`

const advice: { readonly [Code in HostErrorCode]?: string } = {
  "invalid-input": "an input breaks the rules of this call; the same call cannot succeed",
  internal: "the host could not answer; the same call may succeed later",
  "not-available": "the request has no user, as from a schedule or a webhook"
}

const adviceFor = (operation: string, code: HostErrorCode): string | undefined => {
  if (code === "denied") return capabilityMust(operation, "the host must offer it")
  if (code !== "not-allowed") return advice[code]
  const isFetch = groupOf(operation) === "http"
  return capabilityMust(operation, isFetch ? "the host must allow this address" : "the user must hold the right")
}

/** What else is known of a failed host call. */
export interface HostErrorOptions extends ErrorOptions {
  /** Which rule was broken, such as `pageSize must be 1 to 100`. Default: not known. */
  readonly why?: string | null | undefined
}

/**
 * A host call that failed, with one of the codes that its interface names. It looks the same on every engine. Where the call
 * broke a rule, the message names the field and the rule.
 *
 * `operation` is the call as an author writes it, such as `clients.list`.
 *
 * @example
 * ```ts
 * import { HostError, createMockHostBindings } from "@alga-psa/ext-extension-sdk"
 *
 * const storage = { get: () => Promise.reject(new HostError("storage.get", "conflict")) }
 * const host = createMockHostBindings({ storage })
 * await host.storage.get("space", "key").catch((error) => console.log(error.code)) // conflict
 * ```
 */
export class HostError<Code extends HostErrorCode = HostErrorCode> extends Error {
  override readonly name = "HostError"
  readonly operation: string
  readonly code: Code

  constructor(operation: string, code: Code, options?: HostErrorOptions) {
    const what = options?.why ?? adviceFor(operation, code)
    super(what === undefined ? `${operation}: ${code}` : `${operation}: ${code} (${what})`, options)
    this.operation = operation
    this.code = code
  }
}

/**
 * Whether a caught value is a failed host call and, where `codes` are given, one with one of these codes.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isHostError } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings()
 * try {
 *   await host.secrets.get("key")
 * } catch (error) {
 *   if (!isHostError(error, "denied", "missing")) throw error
 *   console.log(error.operation, error.code)
 * }
 * ```
 */
export const isHostError = <Code extends HostErrorCode = HostErrorCode>(
  value: unknown,
  ...codes: ReadonlyArray<Code>
): value is HostError<Code> =>
  value instanceof HostError && (codes.length === 0 || codes.some((code) => code === value.code))

/**
 * Whether a caught value is a failed read of a resource, such as clients or services. Its `code` is one of three, so that a `switch` over it
 * can be complete, and TypeScript says so where it is not.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, isReadError, mockClients } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings({ clients: mockClients([], { fail: "not-allowed" }) })
 * const message = async (): Promise<string> => {
 *   try {
 *     return `${(await host.clients.list()).totalCount} clients`
 *   } catch (error) {
 *     if (!isReadError(error)) throw error
 *     switch (error.code) {
 *       case "not-allowed":
 *         return "you may not see clients"
 *       case "invalid-input":
 *         return "that is no search"
 *       case "internal":
 *         return "try again"
 *     }
 *   }
 * }
 * console.log(await message())
 * ```
 */
export const isReadError = (value: unknown): value is HostError<ReadErrorCode> =>
  isHostError(value, ...readErrorCodes) && resourceNames.some((name) => value.operation.startsWith(`${name}.`))
