import { lookup } from "node:dns/promises"
import type { HttpFetchError } from "@alga-psa/ext-domain/HttpFetch"
import { Effect, Fiber, Semaphore } from "effect"
import { failureOf } from "./failure.ts"

/** Gives the addresses of a host's name. */
export type Resolve = (hostname: string) => Promise<ReadonlyArray<string>>

/** The system's resolver. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address)

/**
 * The system looks names up in one of Node's four threads, which files need too, and cannot be stopped. Name servers that are away
 * must not take them all.
 */
const most = 2

/** Looks names up, few at the same time. A lookup that nobody waits for any more keeps its place until it ends. */
export const makeLookups = (resolve: Resolve) => {
  const places = Semaphore.makeUnsafe(most)
  return (hostname: string): Effect.Effect<ReadonlyArray<string>, HttpFetchError> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        yield* restore(places.take(1))
        const looking = Effect.tryPromise({
          try: () => resolve(hostname),
          catch: (error) => failureOf(error, "transport")
        })
        const work = yield* Effect.forkDetach(Effect.ensuring(looking, places.release(1)), { startImmediately: true })
        return yield* restore(Fiber.join(work))
      })
    )
}
