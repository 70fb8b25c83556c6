import {
  ArchiveRefused,
  ArchiveUnopened,
  ComponentRefused,
  ComponentStoreError,
  IntakeBusy
} from "@alga-psa/ext-adapters-wit"
import { assert, describe, it } from "@effect/vitest"
import { BundleMismatch } from "../src/Bundle.ts"
import { BundleStoreError } from "../src/BundleStore.ts"
import { type BundleFailure, isRefusal, runnerError } from "../src/internal/bundleFailure.ts"

const cause = new Error("private")
const message = "why"
const cases: ReadonlyArray<
  readonly [what: string, failure: BundleFailure, isRefusal: boolean, code: string, detail: string, cause: unknown]
> = [
  ["an archive that breaks a rule", new ArchiveRefused({ message }), true, "bundle_fetch_failed", "why", undefined],
  [
    "a component that breaks a rule",
    new ComponentRefused({ reason: "memory", message }),
    true,
    "bundle_fetch_failed",
    "component refused: why",
    undefined
  ],
  [
    "a component that was too slow to check",
    new ComponentRefused({ reason: "too-slow", message }),
    false,
    "bundle_fetch_failed",
    "component refused: why",
    undefined
  ],
  [
    "an intake with a long queue",
    new IntakeBusy(),
    false,
    "overloaded",
    "too many extensions of this tenant wait to be loaded",
    undefined
  ],
  [
    "an archive that could not be opened here and now",
    new ArchiveUnopened({ message, cause }),
    false,
    "bundle_fetch_failed",
    "why",
    cause
  ],
  [
    "a bundle store that does not answer",
    new BundleStoreError({ reason: "unavailable", cause }),
    false,
    "bundle_fetch_failed",
    "the bundle store is unavailable",
    cause
  ],
  [
    "bytes of another hash",
    new BundleMismatch(),
    false,
    "bundle_fetch_failed",
    "the archive's bytes do not have this content hash",
    undefined
  ]
]

describe("A bundle that is not taken in", () => {
  it.each(cases)("for %s", (_, failure, refusal, code, detail, cause) => {
    assert.strictEqual(isRefusal(failure), refusal)
    const error = runnerError(failure)
    assert.deepEqual([error.code, error.detail, error.cause], [code, detail, cause])
  })

  it("says nothing of a component store that failed, and keeps it for the log", () => {
    const failure = new ComponentStoreError({ message: "no room on the disk", cause })
    assert.isFalse(isRefusal(failure))
    assert.deepInclude(runnerError(failure), { code: "internal", detail: "", cause: failure })
  })
})
