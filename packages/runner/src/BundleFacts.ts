import { ComponentStore, foreignText, memoryOf, noComponent, packageName } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import * as Bundle from "./Bundle.ts"
import { runnerError } from "./internal/bundleFailure.ts"

/** What is known of an archive that was opened and whose component was taken in. Nothing of it was run. */
export interface BundleFacts {
  /** Whether it has `ui/index.html`. */
  readonly page: boolean
  /** `none` for an archive of a page alone. */
  readonly component: "accepted" | "none" | "refused"
  /** Why it is refused, in one line; null where it is not. */
  readonly refusal: string | null
  /** The interfaces that the component imports, as `clients`. One made from JavaScript may import all. */
  readonly interfaces: ReadonlyArray<string>
  /** The linear memory that it starts with, in KiB; null where there is no component. */
  readonly startKib: number | null
}

const wasiHint = (message: string): string =>
  /\bimports wasi:/.test(message) ? `${message}: build it again without WASI, as with jco --disable all` : message

const refused = (page: boolean, message: string): BundleFacts => ({
  page,
  component: "refused",
  refusal: foreignText(wasiHint(message)),
  interfaces: [],
  startKib: null
})

/** Opens an archive whose bytes have this hash and takes its component in. What would be refused is said, not failed with. */
export const bundleFacts = Effect.fnUntraced(
  function* (archive: Uint8Array, hash: string) {
    const page = (yield* Bundle.openUi(archive, hash)).has("index.html")
    const opened = yield* Effect.result(Bundle.open(archive, hash))
    if (opened._tag === "Failure") {
      const isPageAlone = page && opened.failure.message === noComponent
      const pageOnly: BundleFacts = { page, component: "none", refusal: null, interfaces: [], startKib: null }
      return isPageAlone ? pageOnly : refused(page, runnerError(opened.failure).detail)
    }
    const accepted = yield* Effect.result((yield* ComponentStore).accept(opened.success.component))
    if (accepted._tag === "Failure") return refused(page, accepted.failure.message)
    const component = accepted.success
    const facts: BundleFacts = {
      page,
      component: "accepted",
      refusal: null,
      interfaces: component.imports
        .map((name) => name.replace(`${packageName}/`, ""))
        .filter((name) => name !== "types"),
      startKib: memoryOf(component).startKib
    }
    return facts
  },
  Effect.catch((failure) => Effect.succeed(refused(false, runnerError(failure).detail)))
)
