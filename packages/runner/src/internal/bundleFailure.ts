import type {
  ArchiveRefused,
  ArchiveUnopened,
  ComponentRefused,
  ComponentStoreError,
  IntakeBusy
} from "@alga-psa/ext-adapters-wit"
import type { BundleMismatch } from "../Bundle.ts"
import type { BundleStoreError } from "../BundleStore.ts"
import { fail, type RunnerError } from "../RunnerError.ts"

/** Why a bundle was not taken in. */
export type BundleFailure =
  | BundleStoreError
  | BundleMismatch
  | ArchiveRefused
  | ArchiveUnopened
  | ComponentRefused
  | ComponentStoreError
  | IntakeBusy

/**
 * Whether the failure lies in the bytes, whose hash was checked, so that they fail again. What the store, the clock or a
 * process that died gave says nothing about them.
 */
export const isRefusal = (failure: BundleFailure): boolean =>
  failure._tag === "ArchiveRefused" || (failure._tag === "ComponentRefused" && failure.isLasting)

/** What the caller is told: one line of at most 300 characters. */
export const runnerError = (failure: BundleFailure): RunnerError => {
  const { message } = failure
  switch (failure._tag) {
    case "IntakeBusy":
      return fail("overloaded", message)
    case "ComponentStoreError":
      return fail("internal", "", failure)
    case "ComponentRefused":
      return fail("bundle_fetch_failed", `component refused: ${message}`)
    case "BundleStoreError":
    case "ArchiveUnopened":
      return fail("bundle_fetch_failed", message, failure.cause)
    case "BundleMismatch":
    case "ArchiveRefused":
      return fail("bundle_fetch_failed", message)
  }
}
