import { TimeLeft } from "@alga-psa/ext-domain/TimeLeft"
import { Effect } from "effect"

/** The guest gets its error before the execution is cut. */
const headStart = 250

/** How long a call may wait, of what is left of its execution. */
export const timeFor = (most: number): Effect.Effect<number> =>
  Effect.map(Effect.flatten(TimeLeft), (left) =>
    left === null ? most : Math.min(most, Math.ceil(Math.max(left / 2, left - headStart)))
  )
