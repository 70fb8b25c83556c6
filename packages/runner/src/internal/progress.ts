import { Effect } from "effect"

/** Says on standard error what is being done, where it takes longer than a second. */
export const progress =
  (what: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.raceFirst(
      work,
      Effect.sleep("1 second").pipe(
        Effect.andThen(Effect.sync(() => process.stderr.write(`${what} …\n`))),
        Effect.andThen(Effect.never)
      )
    )
