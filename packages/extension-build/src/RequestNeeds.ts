import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { atPlace } from "./HostUsage.ts"
import { shownPath } from "./internal/shownPath.ts"

/** What a component needs its host to send with each request. */
export interface RequestNeed {
  readonly what: "time" | "seed"
  /** The first place that asks for it: `src/handler.ts:12:5`. */
  readonly at: string
}

const needs = { time: new Set<string>(["Date"]), seed: new Set<string>(["Math.random", "crypto"]) }

/**
 * Whether code of a bundle asks for the time or for random values, which rest on what the host sends with a request. A runner that
 * sends none lets them throw; on one that lets a caller's headers of these names through, a caller can set them.
 */
export const requestNeeds = (folder: string, globals: BundledHandler["globals"]): ReadonlyArray<RequestNeed> =>
  (["time", "seed"] as const).flatMap((what) =>
    globals
      .filter(({ name }) => needs[what].has(name))
      .slice(0, 1)
      .map(({ column, file, line }) => ({ what, at: atPlace({ file: shownPath(folder, file), line, column }) }))
  )
