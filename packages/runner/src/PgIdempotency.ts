import { randomUUID } from "node:crypto"
import type { DatabaseAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { connectionTo } from "@alga-psa/ext-adapters-pg/ServerConnection"
import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { PgClient } from "@effect/sql-pg"
import { Context, Deferred, Duration, Effect, type Exit, Layer, Metric, type Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Outcome } from "./Execution.ts"
import { tellOf } from "./FurtherParts.ts"
import { Idempotency, type IdempotentAnswer, type IdempotentRequest, type OnceOptions } from "./Idempotency.ts"
import { type Held, heldOf, makeClaims } from "./internal/claims.ts"
import { createTable } from "./internal/idempotencyTable.ts"
import { given, keptOf } from "./KeptAnswer.ts"
import { fail, type RunnerError } from "./RunnerError.ts"
import { storeTimes } from "./StoreTimes.ts"

/** Where answers are kept, and for how long. */
export interface PgIdempotencyOptions {
  /** The runner's own login, which owns the schema `alga_extension_runner` or may create it. */
  readonly url: Redacted.Redacted | DatabaseAddress
  /** `transaction` for a pooler between that gives each transaction another session. Default: none. */
  readonly pooler?: "none" | "transaction"
  /** How long a key holds its answer, from the answer on. Default: that of {@link storeTimes}. */
  readonly window?: Duration.Duration
}

const usualWindow = Duration.fromInputUnsafe(storeTimes.idempotencyWindow.default)
const renewal = Duration.seconds(3)
const again = Duration.millis(500)
const patience = Duration.seconds(5)
/** How long an answer that the store does not take is held in memory. */
const longestKeeping = Duration.minutes(10)
const sweeping = Schedule.spaced("5 minutes")

const names = ["first", "replayed", "mismatch", "refused"] as const
const outcomes = labelled(
  (attributes) =>
    Metric.counter("alga_extension_idempotent_requests_total", {
      description: "Requests with an idempotency key, by outcome",
      incremental: true,
      attributes
    }),
  "outcome",
  names
)
const count = (outcome: (typeof names)[number]) => Metric.update(outcomes.of(outcome), 1)

const mismatch = (detail: string) =>
  Effect.andThen(count("mismatch"), Effect.fail(fail("idempotency_mismatch", detail)))

const make = Effect.fnUntraced(function* ({ pooler, url, window = usualWindow }: PgIdempotencyOptions) {
  yield* atZero(outcomes.all)
  const connection = yield* connectionTo(url, {
    name: "IDEMPOTENCY_DATABASE_URL",
    connectTimeout: Duration.seconds(5),
    applicationName: "alga-extension-runner"
  })
  const client = yield* Layer.build(
    PgClient.layer({
      ...connection,
      maxConnections: 4,
      ...(pooler === "transaction" ? { prepare: false } : { startupParameters: { statement_timeout: "5000" } })
    })
  )
  const scope = yield* Effect.scope
  const sql = Context.get(client, SqlClient)
  const claims = makeClaims(sql, window)

  const ask = <A>(statement: Effect.Effect<A, SqlError>) =>
    statement.pipe(
      Effect.timeout(patience),
      Effect.mapError((cause) => fail("data_unavailable", "the store of idempotency keys does not answer", cause))
    )
  const prepared = yield* Effect.cachedInvalidateWithTTL(ask(createTable(sql)), Duration.infinity)
  const ready = Effect.onError(prepared[0], () => prepared[1])
  yield* tellOf({ name: "idempotency", check: Effect.andThen(ready, ask(sql`SELECT 1`)) })

  /** Ends when the claim is no longer this owner's. A store that does not answer does not tell, and is asked again. */
  const lost = (request: IdempotentRequest, owner: string): Effect.Effect<void> =>
    Effect.andThen(
      Effect.sleep(renewal),
      ask(claims.renew(request, owner)).pipe(
        Effect.matchEffect({
          onFailure: () => Effect.as(Effect.sleep(again), false),
          onSuccess: (rows) => (rows.length === 0 ? Effect.succeed(true) : Effect.as(Effect.sleep(renewal), false))
        }),
        Effect.repeat({ until: (isLost) => isLost }),
        Effect.asVoid
      )
    )

  /**
   * Stores how it ended, with as many tries as needed, and one more if the runner stops meanwhile. False if another
   * runner has taken the claim over.
   */
  const keep = (request: IdempotentRequest, owner: string, exit: Exit.Exit<Outcome, RunnerError>) => {
    const kept = keptOf(exit)
    const settled = Effect.map(ask(claims.settle(request, owner, kept)), (rows) => kept === null || rows.length > 0)
    const failed = (error: unknown) => Effect.logError("an answer could not be kept under its idempotency key", error)
    return Effect.interruptible(
      settled.pipe(Effect.retry(Schedule.spaced(again)), Effect.timeout(longestKeeping))
    ).pipe(
      Effect.onInterrupt(() => Effect.catch(settled, failed)),
      Effect.catch((error) => Effect.as(failed(error), true))
    )
  }

  /**
   * Carries the request out in a fiber of its own, so that it is finished and its answer kept where the caller hangs up. The
   * caller's answer waits a while until it is kept. Null where another runner has taken the claim over.
   */
  const first = Effect.fnUntraced(function* <R>(
    request: IdempotentRequest,
    owner: string,
    run: Effect.Effect<Outcome, RunnerError, R>,
    restore: <A, E, S>(effect: Effect.Effect<A, E, S>) => Effect.Effect<A, E, S>
  ) {
    const answer = yield* Deferred.make<Outcome | null, RunnerError>()
    let left = false
    const carriedOut = Effect.flatMap(Effect.exit(Effect.interruptible(run)), (exit) => {
      const tell = Deferred.done(answer, exit)
      const inAWhile = Effect.interruptible(Effect.andThen(Effect.delay(tell, patience), Effect.never))
      return Effect.raceFirst(keep(request, owner, exit), inAWhile).pipe(
        Effect.flatMap((kept) => (kept ? tell : Effect.asVoid(Deferred.succeed(answer, null)))),
        Effect.andThen(
          Effect.suspend(() =>
            left
              ? Effect.logInfo("an execution was finished for its idempotency key after its caller had gone")
              : Effect.void
          )
        )
      )
    })
    const taken = Effect.andThen(
      lost(request, owner),
      Effect.andThen(
        Effect.logWarning("another runner has taken over a request with an idempotency key"),
        Deferred.succeed(answer, null)
      )
    )
    yield* Effect.forkIn(
      Effect.interruptible(Effect.raceFirst(Effect.uninterruptible(carriedOut), taken)).pipe(
        Effect.ensuring(Deferred.interrupt(answer))
      ),
      scope
    )
    const outcome = yield* Effect.onInterrupt(restore(Deferred.await(answer)), () =>
      Effect.sync(() => {
        left = true
      })
    )
    return outcome === null ? null : { response: outcome.response, replayed: false }
  })

  const heldAs = (request: IdempotentRequest) =>
    Effect.map(ask(claims.held(request)), ([row]): Held | null => (row === undefined ? null : heldOf(row)))

  const attempt = <R>(
    request: IdempotentRequest,
    owner: string,
    { mayHave, run }: OnceOptions<R>
  ): Effect.Effect<IdempotentAnswer | null, RunnerError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const claimed = yield* ask(claims.claim(request, owner, "execution"))
        if (claimed.length > 0) {
          yield* count("first")
          return yield* first(request, owner, run, restore)
        }
        const held = yield* heldAs(request)
        if (held === null) return null
        if (held.fingerprint !== request.fingerprint) return yield* mismatch("the key belongs to another request")
        if (held.holder === "trigger") return yield* mismatch("the key belongs to a trigger that is kept")
        if (held.holder === "execution") return null
        yield* Effect.tapError(restore(mayHave(held.holder.used)), () => count("refused"))
        yield* count("replayed")
        return { response: yield* given(held.holder), replayed: true }
      })
    )

  const sweep = Effect.andThen(ready, ask(claims.sweep)).pipe(
    Effect.catch((error) => Effect.logWarning("expired idempotency keys could not be swept", error))
  )
  yield* Effect.forkScoped(Effect.repeat(sweep, sweeping))

  return Idempotency.of({
    once: Effect.fn("Idempotency.once")(function* <R>(request: IdempotentRequest, options: OnceOptions<R>) {
      yield* ready
      const owner = randomUUID()
      for (let pause = 20; ; pause = Math.min(500, pause * 2)) {
        const answer = yield* attempt(request, owner, options)
        if (answer !== null) return answer
        yield* Effect.sleep(Duration.millis(pause))
      }
    }),
    reserve: Effect.fn("Idempotency.reserve")(function* (request: IdempotentRequest) {
      yield* ready
      for (;;) {
        const claimed = yield* ask(claims.claim(request, randomUUID(), "trigger"))
        if (claimed.length > 0) return
        const held = yield* heldAs(request)
        if (held === null) continue
        if (held.fingerprint !== request.fingerprint) return yield* mismatch("the key belongs to another request")
        return yield* held.holder === "trigger"
          ? Effect.void
          : mismatch("the key belongs to an execution that its caller waited for")
      }
    })
  })
})

/**
 * {@link Idempotency} in PostgreSQL, by the server's clock. The table is made at the first use. Answers are kept as they
 * were given, with the rights that they rest on, and deleted when their window is over.
 */
export const layer = (options: PgIdempotencyOptions): Layer.Layer<Idempotency, SqlError> =>
  Layer.effect(Idempotency, make(options))
