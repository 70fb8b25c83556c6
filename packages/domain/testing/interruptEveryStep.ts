import { Data, Effect, type Exit, Fiber, Random, Scheduler } from "effect"
import { turn } from "./EventLoop.ts"

/** An effect went on after it was interrupted. */
class NeverEnds extends Data.TaggedError("NeverEnds")<{ readonly step: number }> {
  override get message(): string {
    return `interrupted at step ${this.step}, it did not end`
  }
}

/** Between two steps of a fiber lie so many operations. Fewer than three, and it would not get on. */
const operations = 3
const patience = "2 minutes"

/** Lets every fiber yield after a few operations, and says so before it does. */
class Stepping extends Scheduler.MixedScheduler {
  readonly #onStep: () => void

  constructor(onStep: () => void) {
    super()
    this.#onStep = onStep
  }

  override shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    if (fiber.currentOpCount < operations) return false
    this.#onStep()
    return true
  }
}

/** Where an effect was interrupted, and how it ended. */
export interface Interrupted<A, E> {
  /** Counted over the effect and all that it forks. */
  readonly step: number
  readonly exit: Exit.Exit<A, E>
  /** False where the effect had ended before that step. */
  readonly reached: boolean
}

/** Runs an effect and interrupts it at its step of this number, so many turns of the event loop later. */
const interruptAt = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  step: number,
  turns = 0
): Effect.Effect<Interrupted<A, E>, NeverEnds, R> =>
  Effect.gen(function* () {
    let steps = 0
    let reached = false
    let stop = (): void => {}
    const later = (left: number): void => {
      if (left === 0) stop()
      else setImmediate(() => later(left - 1))
    }
    const stepping = new Stepping(() => {
      steps += 1
      if (steps !== step) return
      reached = true
      // The fiber must have yielded by then.
      queueMicrotask(() => later(turns))
    })
    const fiber = yield* Effect.forkDetach(Effect.provideService(effect, Scheduler.Scheduler, stepping))
    stop = () => fiber.interruptUnsafe()
    const exit = yield* Effect.timeoutOrElse(Fiber.await(fiber), {
      duration: patience,
      orElse: () => Effect.fail(new NeverEnds({ step }))
    })
    return { step, exit, reached }
  })

/**
 * Runs an effect again and again, interrupting it at its first step, its second and so on, until it ends before it is
 * interrupted. After each run what must hold is checked. Gives the number of steps.
 */
export const interruptEveryStep = <A, E, R, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  holds: (interrupted: Interrupted<A, E>) => Effect.Effect<void, E2, R2>
): Effect.Effect<number, NeverEnds | E2, R | R2> =>
  Effect.gen(function* () {
    for (let step = 1; ; step++) {
      const interrupted = yield* interruptAt(effect, step)
      yield* turn
      yield* holds(interrupted)
      if (!interrupted.reached) return step - 1
    }
  })

/** As {@link interruptEveryStep}, at so many steps and up to 20 turns after each, chosen by the seed. */
export const interruptSomeSteps = <A, E, R, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  { count, seed }: { readonly count: number; readonly seed: string },
  holds: (interrupted: Interrupted<A, E>) => Effect.Effect<void, E2, R2>
): Effect.Effect<number, NeverEnds | E2, R | R2> =>
  Effect.gen(function* () {
    let steps = 0
    const whole = new Stepping(() => {
      steps += 1
    })
    yield* Effect.exit(Effect.provideService(effect, Scheduler.Scheduler, whole))
    for (let index = 0; index < count; index++) {
      const step = yield* Random.nextIntBetween(1, steps + 1)
      const interrupted = yield* interruptAt(effect, step, yield* Random.nextIntBetween(0, 20))
      yield* holds(interrupted)
    }
    return steps
  }).pipe(Random.withSeed(seed))
