import { Duration, Effect, Schema } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { awayFor, type Directory } from "./Directory.ts"

/** The other runner did not take it, and the next may be asked. */
export class TryNext extends Schema.TaggedError<TryNext>()("TryNext", {}) {}

/** How many other runners are asked for one thing before it is done here. */
const mostAsked = 3

/**
 * Does something on the runner of a shard: here where that is this one, else there. A runner that fails with
 * {@link TryNext} is left out for a while and the next is asked; after {@link mostAsked} of them it is done here, as it is
 * where none is left.
 */
export const onOwner = <A, E, R, A2, E2, R2>(
  directory: Directory["Service"],
  shard: number,
  here: Effect.Effect<A, E, R>,
  there: (owner: RunnerAddress) => Effect.Effect<A2, E2 | TryNext, R2>
): Effect.Effect<A | A2, E | Exclude<E2, TryNext>, R | R2> => {
  const ask = (asked: number): Effect.Effect<A | A2, E | Exclude<E2, TryNext>, R | R2> =>
    Effect.flatMap(directory.ownerOf(shard), (owner) =>
      owner === null || asked >= mostAsked
        ? here
        : Effect.catchIf(
            there(owner),
            (error): error is TryNext & E2 => error instanceof TryNext,
            () => Effect.andThen(directory.leaveOut(owner, awayFor), ask(asked + 1))
          )
    ) as Effect.Effect<A | A2, E | Exclude<E2, TryNext>, R | R2>
  return ask(0)
}

/** How long another runner may take for what is done at once. */
export const promptly = Duration.seconds(5)
