import { withCustomSection } from "./customSection.ts"

/** What a component asks of its host beside the world: headers that the host alone can vouch for. */
export type Need = "request-time" | "request-seed"

const needOf: Readonly<Record<string, Need>> = {
  Date: "request-time",
  crypto: "request-seed",
  "Math.random": "request-seed"
}

/** What code needs that uses these globals, sorted. */
export const needsOf = (globals: Iterable<string>): ReadonlyArray<Need> =>
  [...new Set(Array.from(globals).flatMap((name) => needOf[name] ?? []))].sort()

/** A component that says what it needs. */
export const withNeeds = (component: Uint8Array, needs: ReadonlyArray<Need>): Uint8Array =>
  needs.length === 0 ? component : withCustomSection(component, "alga:needs", needs.join(","))
