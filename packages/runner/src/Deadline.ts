import { defaultLimits, ExecutionFailed } from "@alga-psa/ext-adapters-wit"
import type { UsedRights } from "@alga-psa/ext-domain"
import { after, leave, waitUnless } from "@alga-psa/ext-domain/WaitUnless"
import { Clock, Context, Effect, Fiber } from "effect"
import { afterRun, fail, type RunnerError } from "./RunnerError.ts"

const tooLate = () => fail("overloaded", "the time limit was over before the extension began (timeoutMs)")

/** What a request may wait for: its name in the log, and the answer where it was not there in time. */
const waits = {
  body: ["the request's body", () => fail("invalid_request", "the body did not arrive within the time limit")],
  room: ["room for its body beside others", tooLate],
  rights: ["the install and its rights", tooLate],
  component: ["the bundle or the intake of the component", tooLate],
  secrets: ["the opening of its secrets", () => fail("secret_decrypt_failed")],
  place: ["a place within the limits of the cluster", tooLate],
  key: [
    "the store of idempotency keys, or the first request with the key",
    () => fail("data_unavailable", "the answer under the idempotency key is not there in time; ask again with the key")
  ],
  triggers: ["the store of triggers", () => fail("data_unavailable", "the store of triggers does not answer")],
  records: ["the access records", () => fail("data_unavailable", "the access records could not be read in time")],
  answer: [
    "the rights that a kept answer rests on",
    () => fail("data_unavailable", "the rights that the answer rests on could not be read in time")
  ],
  warmup: [
    "the bundle or the intake of the component",
    () => fail("overloaded", "the component is not there in time; loading continues, so ask again")
  ],
  page: ["the bundle of the page", () => fail("overloaded", "the page is not there in time; ask again")],
  extension: [
    "the extension",
    () => fail("execute_failed", `timeout: ${new ExecutionFailed({ reason: "timeout", detail: "" }).message}`)
  ],
  runner: ["another runner", () => fail("runner_lost", "the runner that carried it out did not answer in time")],
  next: ["nothing", tooLate]
} as const satisfies Readonly<Record<string, readonly [name: string, answer: () => RunnerError]>>

/** What a request waits for. */
export type Wait = keyof typeof waits

/** These get the rest of the time and end themselves, with a better answer. */
const endByThemselves: ReadonlySet<Wait> = new Set(["extension", "runner", "key"])
const graceMs = 50
/** What is within another effect that ends at the same deadline knows more of it, and answers first. */
const graceForInnerMs = 25

/** When a request must be answered, and what it waits for at the moment. */
export interface Deadline {
  /** Monotonic, in nanoseconds. */
  readonly started: bigint
  /** From then on, in milliseconds. */
  readonly milliseconds: number
  waiting: Wait
  /** How many effects within each other end at it at the moment. */
  depth: number
  /** The rights that the extension has used, from when it got the request; null before. */
  ran: Effect.Effect<UsedRights> | null
}

/** The deadline of the request that is carried out; null where none was set. */
export const Deadline = Context.Reference<Deadline | null>("@alga-psa/ext-runner/Deadline", {
  defaultValue: () => null
})

/** The longest time for a request, in milliseconds: `Limits.timeoutMs` of the deployment. */
export const LongestTime = Context.Reference<number>("@alga-psa/ext-runner/Deadline/LongestTime", {
  defaultValue: () => defaultLimits.timeoutMs
})

/** A deadline that starts now. */
export const start = (milliseconds: number): Effect.Effect<Deadline> =>
  Effect.map(Clock.monotonicTimeNanos, (started) => ({ started, milliseconds, waiting: "next", depth: 0, ran: null }))

/** The same start with less time, where the request asks for less. */
export const lower = (deadline: Deadline, milliseconds: number | null | undefined): Deadline => ({
  ...deadline,
  milliseconds: Math.min(deadline.milliseconds, milliseconds ?? deadline.milliseconds),
  depth: 0
})

const leftOf = ({ milliseconds, started }: Deadline, now: bigint): number =>
  Math.max(0, Math.ceil(milliseconds - Number(now - started) / 1e6))

/** Whole milliseconds that are left, rounded up; never negative. */
export const left = (deadline: Deadline): Effect.Effect<number> =>
  Effect.map(Clock.monotonicTimeNanos, (now) => leftOf(deadline, now))

/** Whole milliseconds that the present request has left; null where it has no deadline. */
export const rest: Effect.Effect<number | null> = Effect.flatMap(Deadline, (deadline) =>
  deadline === null ? Effect.succeed(null) : left(deadline)
)

/** Says what the request waits for while the effect runs. */
export const waitFor =
  (what: Wait) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Deadline, (deadline) => {
      if (deadline === null) return effect
      const before = deadline.waiting
      deadline.waiting = what
      return Effect.onExit(effect, () =>
        Effect.sync(() => {
          // A request with a key goes on where its caller leaves, and then waits for something else.
          if (deadline.waiting === what) deadline.waiting = before
        })
      )
    })

/** The failure, with the rights that the extension has used where it had got the request. */
export const withRan = ({ ran }: Deadline, error: RunnerError): Effect.Effect<never, RunnerError> =>
  ran === null ? Effect.fail(error) : Effect.flatMap(ran, (rights) => Effect.fail(afterRun(error, rights)))

const over = (deadline: Deadline): Effect.Effect<never, RunnerError> =>
  Effect.suspend(() => {
    const [name, answer] = waits[deadline.waiting]
    const { code, detail } = answer()
    const error = fail(code, detail, new Error(`${deadline.milliseconds} ms were over while waiting for ${name}`))
    return withRan(deadline, error)
  })

/**
 * Carries out the effect and fails at the deadline, within 100 ms. Slow work is interrupted then and not waited for, so
 * that a part that cannot be interrupted delays nobody. Whoever interrupts this waits for the end, as usual.
 */
export const endAt =
  (deadline: Deadline) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | RunnerError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Clock.Clock, (clock) => {
        const depth = ++deadline.depth
        const work = waitUnless<A, E, never, RunnerError, never>({
          signal: after([
            () => leftOf(deadline, clock.monotonicTimeNanosUnsafe()),
            () => (endByThemselves.has(deadline.waiting) ? graceMs : 0),
            () => (deadline.depth > depth ? graceForInnerMs : 0)
          ]),
          late: (late) => Effect.ensuring(over(deadline), leave(late)),
          left: Fiber.interrupt
        })(Effect.provideService(effect, Deadline, deadline))
        return Effect.ensuring(
          restore(work),
          Effect.sync(() => {
            deadline.depth = depth - 1
          })
        )
      })
    )

/** Whether somebody around this fails at the deadline with what this would fail with. Who waits for a key knows less of it. */
const isHeld = ({ depth, waiting }: Deadline): boolean => depth > 0 && waiting !== "key"

/** Carries out the effect and fails at the present deadline, or, where there is none, at one that starts now. */
export const withDeadline =
  (milliseconds: number | null | undefined) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | RunnerError, R> =>
    Effect.flatMap(Deadline, (deadline): Effect.Effect<A, E | RunnerError, R> => {
      if (deadline !== null) return isHeld(deadline) ? effect : endAt(deadline)(effect)
      const started = Effect.flatMap(LongestTime, start)
      return Effect.flatMap(started, (longest) => endAt(lower(longest, milliseconds))(effect))
    })
