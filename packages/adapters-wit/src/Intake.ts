import { Cause, Clock, Deferred, Effect, Exit, type Fiber, Option, type Scope } from "effect"
import { IntakeBusy } from "./IntakeBusy.ts"
import { makeAdmission } from "./internal/host/Admission.ts"
import { makeRecentlyUsed, type RecentlyUsedOptions } from "./internal/RecentlyUsed.ts"

/** What to take in, and for whom. */
export interface IntakeKey {
  readonly tenantId: string
  /** Names the result. */
  readonly name: string
  /** Names the bytes; a refusal is remembered under it. */
  readonly hash: string
}

/** What bounds an intake. */
export interface IntakeOptions<A, E> {
  /** How many are taken in at the same time. */
  readonly concurrency: number
  /** Of these, one tenant's. */
  readonly concurrencyPerTenant: number
  /** How many may wait. */
  readonly queueLength: number
  /** Which results are kept. */
  readonly kept: RecentlyUsedOptions<A>
  /** Whether the failure lies in the bytes, so that the same ones fail again. Such a failure is remembered for a while. */
  readonly isRefusal: (error: E) => boolean
}

/** How many refusals are remembered, and for how long, in milliseconds. */
export const rememberedRefusals = { entries: 1_000, milliseconds: 300_000 } as const

/**
 * Takes in what strangers made: each content once, fairly between tenants, and within bounds.
 *
 * Guarantees:
 * - Work for one name is done once, however many ask at the same time.
 * - A turn goes to the tenant with the fewest under way. When the queue is full, who fills it most is refused with
 *   {@link IntakeBusy}.
 * - Who is interrupted leaves the queue. Work that has begun continues, and its result or refusal is there for the next
 *   request.
 * - A result is kept until others make room; a refusal for five minutes. Other failures are not remembered.
 */
export interface Intake<A, E> {
  /** The result for a name: kept, under way, or of this work. */
  readonly get: (key: IntakeKey, work: Effect.Effect<A, E>) => Effect.Effect<A, E | IntakeBusy>
  /** The result that is kept. */
  readonly peek: (name: string) => A | undefined
  /** Keeps a result that was there before. */
  readonly keep: (name: string, value: A) => void
  /** Has the work done again when the name is asked for next. */
  readonly forget: (name: string) => void
  readonly running: () => number
  readonly waiting: () => number
}

interface Asked<A, E> {
  readonly done: Deferred.Deferred<A, E | IntakeBusy>
  callers: number
  hasBegun: boolean
  fiber: Fiber.Fiber<unknown, unknown> | null
}

const nanosPerMs = 1_000_000n

/** An intake whose work ends when the scope closes. */
export const makeIntake = Effect.fnUntraced(function* <A, E>(
  options: IntakeOptions<A, E>
): Effect.fn.Return<Intake<A, E>, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const admission = makeAdmission({
    concurrency: options.concurrency,
    concurrencyPerTenant: options.concurrencyPerTenant,
    concurrencyPerInstall: options.concurrencyPerTenant,
    queueLength: options.queueLength
  })
  const kept = makeRecentlyUsed(options.kept)
  const refusals = makeRecentlyUsed<{ readonly error: E; readonly until: bigint }>(rememberedRefusals)
  const asked = new Map<string, Asked<A, E>>()
  const working = new Map<string, Deferred.Deferred<A, E>>()

  /** What is known without work, or under way. */
  const known = Effect.fnUntraced(function* ({ hash, name }: IntakeKey) {
    const value = kept.get(name)
    if (value !== undefined) return Effect.succeed(value)
    const refusal = refusals.get(hash)
    if (refusal !== undefined && (yield* Clock.monotonicTimeNanos) < refusal.until) return Effect.fail(refusal.error)
    const running = working.get(name)
    return running === undefined ? null : Deferred.await(running)
  })

  const remember = Effect.fnUntraced(function* ({ hash, name }: IntakeKey, exit: Exit.Exit<A, E>) {
    if (Exit.isSuccess(exit)) return kept.set(name, exit.value)
    const error = Option.getOrNull(Cause.findErrorOption(exit.cause))
    if (error === null || !options.isRefusal(error)) return
    const now = yield* Clock.monotonicTimeNanos
    refusals.set(hash, { error, until: now + BigInt(rememberedRefusals.milliseconds) * nanosPerMs })
  })

  const workOnce = (key: IntakeKey, work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const there = yield* known(key)
        if (there !== null) return yield* restore(there)
        const done = Deferred.makeUnsafe<A, E>()
        working.set(key.name, done)
        const exit = yield* Effect.exit(restore(work))
        working.delete(key.name)
        yield* remember(key, exit)
        yield* Deferred.done(done, exit)
        return yield* exit
      })
    )

  const takeTurn = (key: IntakeKey, own: string, entry: Asked<A, E>, work: Effect.Effect<A, E>) =>
    admission
      .run({ tenantId: key.tenantId, installId: "" }, () => {
        entry.hasBegun = true
        return workOnce(key, work)
      })
      .pipe(
        Effect.catchTag("ExecutionFailed", () => Effect.fail(new IntakeBusy())),
        Effect.onExit((exit) => {
          leave(own, entry)
          return Deferred.done(entry.done, exit)
        })
      )

  const leave = (own: string, entry: Asked<A, E>): void => {
    if (asked.get(own) === entry) asked.delete(own)
  }

  const giveUp = (own: string, entry: Asked<A, E>): void => {
    entry.callers -= 1
    if (entry.callers > 0 || entry.hasBegun) return
    leave(own, entry)
    entry.fiber?.interruptUnsafe()
  }

  const ask = (key: IntakeKey, work: Effect.Effect<A, E>): Effect.Effect<A, E | IntakeBusy> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const own = JSON.stringify([key.tenantId, key.name])
        const entry = asked.get(own) ?? { done: Deferred.makeUnsafe(), callers: 0, hasBegun: false, fiber: null }
        entry.callers += 1
        if (!asked.has(own)) {
          asked.set(own, entry)
          entry.fiber = yield* Effect.forkIn(Effect.interruptible(takeTurn(key, own, entry, work)), scope)
        }
        return yield* Effect.ensuring(
          restore(Deferred.await(entry.done)),
          Effect.sync(() => giveUp(own, entry))
        )
      })
    )

  return {
    get: (key, work) => Effect.flatMap(known(key), (there) => there ?? ask(key, work)),
    peek: kept.get,
    keep: kept.set,
    forget: kept.delete,
    running: admission.running,
    waiting: admission.waiting
  }
})
