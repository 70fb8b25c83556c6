import { waitUnless } from "@alga-psa/ext-domain/WaitUnless"
import { Context, Deferred, Duration, Effect, Fiber, Layer } from "effect"
import { Deadline, withRan } from "./Deadline.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

/** How a runner ends. */
export interface StopOptions {
  /** What is done first, while `/readyz` already says that it is not ready. Default: nothing. */
  readonly leave?: Effect.Effect<void>
  /** How long it goes on taking work while it says that it is not ready, so that balancers look elsewhere. */
  readonly delay: Duration.Duration
  /** How long work that was taken may go on. What is not done by then is cut. */
  readonly grace: Duration.Duration
}

/** How long requests that are on their way when the last work ends still get an answer, which says that nothing was done. */
const linger = Duration.millis(250)

const stopped = fail("shutting_down", "the runner stopped before the extension answered")

/** Work that is cut off reports what it had done by then, so that it is not repeated wrongly. */
const cutShort = (error: RunnerError) =>
  Effect.flatMap(Deadline, (deadline) => (deadline === null ? Effect.fail(error) : withRan(deadline, error)))

/** Takes work while the runner lives, and ends it in order. */
export class Life extends Context.Service<
  Life,
  {
    /** Does the work, or fails with `shutting_down`: at once where none is taken, else when the grace time is over. */
    readonly admit: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | RunnerError, R>
    /** False as soon as {@link stop} was called. */
    readonly ready: () => boolean
    /** Ends a quarter of a second after no work is left. */
    readonly stop: (options: StopOptions) => Effect.Effect<void>
  }
>()("@alga-psa/ext-runner/Life") {}

/** The life of one process. */
export const layer: Layer.Layer<Life> = Layer.effect(
  Life,
  Effect.gen(function* () {
    const cuts = new Set<() => void>()
    const idle = yield* Deferred.make<void>()
    let state: "ready" | "delay" | "closed" = "ready"
    let working = 0

    const settle = Effect.suspend(() =>
      state === "closed" && working === 0 ? Deferred.succeed(idle, undefined) : Effect.void
    )

    const done = Effect.suspend(() => {
      working -= 1
      return settle
    })

    const cutAll = (): void => {
      for (const cut of cuts) cut()
    }
    const unlessCut = <A, E, R>(work: Effect.Effect<A, E, R>) =>
      waitUnless<A, E, never, RunnerError, never>({
        signal: (end) => {
          cuts.add(end)
          return () => cuts.delete(end)
        },
        late: (working) => Effect.andThen(Fiber.interrupt(working), cutShort(stopped)),
        left: Fiber.interrupt
      })(work)

    return Life.of({
      ready: () => state === "ready",
      admit: (work) =>
        Effect.uninterruptibleMask((restore) => {
          if (state === "closed") return Effect.fail(fail("shutting_down", "the runner takes no more work"))
          working += 1
          return Effect.ensuring(restore(unlessCut(work)), done)
        }),
      stop: Effect.fnUntraced(function* ({ delay, grace, leave = Effect.void }) {
        state = "delay"
        yield* Effect.annotateLogs(Effect.logInfo("the runner stops"), { working })
        yield* leave
        yield* Effect.sleep(delay)
        state = "closed"
        yield* settle
        yield* Deferred.await(idle).pipe(
          Effect.timeoutOrElse({
            duration: grace,
            orElse: () =>
              Effect.logWarning("the grace time is over: work is cut").pipe(
                Effect.annotateLogs({ working }),
                Effect.andThen(Effect.sync(cutAll)),
                Effect.andThen(Deferred.await(idle))
              )
          })
        )
        yield* Effect.sleep(linger)
      }, Effect.interruptible)
    })
  })
)
