import { Clock, Context, Duration, Effect, Fiber } from "effect"

/** What ends the wait for an effect, and what becomes of both then. */
export interface Unless<A, E, B, E2, R2> {
  /** Is given what ends the wait, and gives what takes that back. */
  readonly signal: (end: () => void, clock: Clock.Clock) => () => void
  /** What is done once the wait has ended so. The work goes on until it is interrupted here. */
  readonly late: (work: Fiber.Fiber<A, E>) => Effect.Effect<B, E2, R2>
  /** What is done with the work where whoever waits is interrupted. */
  readonly left: (work: Fiber.Fiber<A, E>) => Effect.Effect<void>
}

/** Interrupts the work and does not wait for its end. */
export const leave = (work: Fiber.Fiber<unknown, unknown>): Effect.Effect<void> =>
  Effect.sync(() => work.interruptUnsafe())

const live = Context.get(Context.empty(), Clock.Clock)
/** The longest time for a timer, in milliseconds. */
const longest = 2_147_483_647

/** Calls back after so many milliseconds. On the system's clock that takes a timer, and no fiber for it. */
const callLater = (clock: Clock.Clock, milliseconds: number, call: () => void): (() => void) => {
  if (clock === live && milliseconds <= longest) {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  }
  const sleeping = Effect.runFork(clock.sleep(Duration.millis(milliseconds)))
  sleeping.addObserver((exit) => {
    if (exit._tag === "Success") call()
  })
  return () => sleeping.interruptUnsafe()
}

/**
 * A signal after so many milliseconds. Each entry says how many more are waited once those of the entries before are over; by 0
 * it says none.
 */
export const after =
  (milliseconds: ReadonlyArray<() => number>) =>
  (end: () => void, clock: Clock.Clock): (() => void) => {
    let stop = (): void => {}
    const waits = milliseconds.values()
    const wait = (): void => {
      for (let next = waits.next(); next.done !== true; next = waits.next()) {
        const time = next.value()
        if (time <= 0) continue
        stop = callLater(clock, time, wait)
        return
      }
      end()
    }
    wait()
    return () => stop()
  }

/**
 * Runs an effect in a fiber of its own and waits for its end, unless a signal comes first. A race does the same with two more
 * fibers, and waits for the end of the loser.
 */
export const waitUnless =
  <A, E, B, E2, R2>({ late, left, signal }: Unless<A, E, B, E2, R2>) =>
  <R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | B, E | E2, R | R2> =>
    Effect.contextWith((context: Context.Context<R>) =>
      Effect.callback<A | B, E | E2, R2>((resume) => {
        const work = Effect.runForkWith(context)(effect)
        const done = work.pollUnsafe()
        if (done !== undefined) return resume(done)
        const stop = signal(() => resume(late(work)), Context.get(context, Clock.Clock))
        work.addObserver((exit) => {
          stop()
          resume(exit)
        })
        return Effect.suspend(() => {
          stop()
          return left(work)
        })
      })
    )

/** As `Effect.timeoutOrElse`: what takes longer is interrupted, and its end waited for. */
export const inTimeOrElse =
  <B, E2, R2>(milliseconds: number, orElse: () => Effect.Effect<B, E2, R2>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | B, E | E2, R | R2> =>
    waitUnless<A, E, B, E2, R2>({
      signal: after([() => milliseconds]),
      late: (work) => Effect.flatMap(Fiber.interrupt(work), orElse),
      left: Fiber.interrupt
    })(effect)
