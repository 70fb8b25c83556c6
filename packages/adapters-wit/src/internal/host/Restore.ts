import type { Effect } from "effect"

/** Makes a part of an uninterruptible effect interruptible again. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
