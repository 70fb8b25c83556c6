import { monotonicMillis } from "@alga-psa/ext-domain/MonotonicTime"
import { Effect } from "effect"
import { makeRecentlyUsed } from "../RecentlyUsed.ts"

/** Installs that have processes of their own for a time, though others share one. */
export interface Apart {
  readonly has: (install: string) => Effect.Effect<boolean>
  /** Sets an install apart from now on. */
  readonly add: (install: string) => Effect.Effect<void>
}

const apartMs = 600_000
/** So many at the same time; beyond it those of whom nothing was heard for longest are forgotten. */
const mostApart = 10_000

/** Nobody yet. */
export const makeApart = (): Apart => {
  const until = makeRecentlyUsed<number>({ entries: mostApart })
  return {
    has: (install) => Effect.map(monotonicMillis, (now) => (until.get(install) ?? 0) > now),
    add: (install) => Effect.map(monotonicMillis, (now) => until.set(install, now + apartMs))
  }
}
