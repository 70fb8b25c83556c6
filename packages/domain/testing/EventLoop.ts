import { Effect } from "effect"

/** One turn of the event loop. */
export const turn: Effect.Effect<void> = Effect.callback((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** Waits for so many turns of the event loop, and one more. */
export const turns = (count: number): Effect.Effect<void> => Effect.repeat(turn, { times: count })

/** Lets others go on until this holds. Dies after so many turns. */
export const until = (holds: () => boolean, left = 2_000): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (holds()) return Effect.void
    return left === 0 ? Effect.die(new Error("it never holds")) : Effect.andThen(turn, until(holds, left - 1))
  })
