import { randomUUID } from "node:crypto"
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Exit, Fiber, Layer, Metric, type Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ExecuteResponse } from "./ExecuteResponse.ts"
import { Idempotency, type IdempotentAnswer, type IdempotentRequest } from "./Idempotency.ts"
import { claimTable, createTable } from "./internal/idempotencyTable.ts"
import { fail, RunnerError } from "./RunnerError.ts"

/** Where answers are kept, and for how long. */
export interface PgIdempotencyOptions {
  /** The runner's own login, which owns the schema `alga_extension_runner` or may create it. */
  readonly url: Redacted.Redacted
  /** How long a key holds its answer, from its first request. Default: 24 hours. */
  readonly window?: Duration.Duration
}

/** A claim that is not renewed for so long counts as abandoned: its runner is gone. */
const claimSeconds = 10
const renewal = Duration.seconds(3)
const patience = Duration.seconds(5)
const sweeping = Schedule.spaced("5 minutes")

const outcomes = Metric.counter("alga_extension_idempotent_requests_total", {
  description: "Requests with an idempotency key, by outcome",
  incremental: true
})
const count = (outcome: "first" | "replayed" | "mismatch") =>
  Metric.update(Metric.withAttributes(outcomes, { outcome }), 1)

type Kept = { readonly response: ExecuteResponse } | { readonly failed: string }

/** What is kept of an execution; null where the next request should run. */
const kept = (exit: Exit.Exit<ExecuteResponse | null, RunnerError>): Kept | null => {
  if (Exit.isSuccess(exit)) return exit.value === null ? null : { response: exit.value }
  const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
  return failure instanceof RunnerError && failure.code === "execute_failed" ? { failed: failure.detail } : null
}

const make = Effect.fnUntraced(function* ({ url, window = Duration.hours(24) }: PgIdempotencyOptions) {
  const client = yield* Layer.build(
    PgClient.layer({
      url,
      applicationName: "alga-extension-runner",
      connectTimeout: "5 seconds",
      keepAlive: "10 seconds",
      maxConnections: 4,
      startupParameters: { statement_timeout: "5000" }
    })
  )
  const scope = yield* Effect.scope
  const sql = Context.get(client, SqlClient)
  const table = sql.literal(claimTable)
  const seconds = Duration.toSeconds(window)

  const ask = <A>(statement: Effect.Effect<A, SqlError>) =>
    statement.pipe(
      Effect.timeout(patience),
      Effect.mapError((cause) => fail("data_unavailable", "the store of idempotency keys does not answer", cause))
    )
  const prepared = yield* Effect.cachedInvalidateWithTTL(ask(createTable(sql)), Duration.infinity)
  const ready = Effect.onError(prepared[0], () => prepared[1])

  const mine = ({ install, key, tenant }: IdempotentRequest, owner: string) =>
    sql`tenant_id = ${tenant}::uuid AND install_id = ${install}::uuid AND key = ${key} AND owner = ${owner}::uuid`

  const claim = ({ fingerprint, install, key, tenant }: IdempotentRequest, owner: string) =>
    sql`
      INSERT INTO ${table} AS held (tenant_id, install_id, key, fingerprint, owner, claimed_until, expires_at)
      VALUES (
        ${tenant}::uuid, ${install}::uuid, ${key}, ${fingerprint}, ${owner}::uuid,
        now() + make_interval(secs => ${claimSeconds}), now() + make_interval(secs => ${seconds})
      )
      ON CONFLICT (tenant_id, install_id, key) DO UPDATE SET
        fingerprint = excluded.fingerprint, owner = excluded.owner, claimed_until = excluded.claimed_until,
        expires_at = excluded.expires_at, answer = NULL
      WHERE held.expires_at <= now()
        OR (held.answer IS NULL AND held.claimed_until <= now() AND held.fingerprint = excluded.fingerprint)
      RETURNING 1 AS claimed`

  const held = ({ install, key, tenant }: IdempotentRequest) =>
    sql<{ readonly fingerprint: string; readonly answer: string | null }>`
      SELECT fingerprint, answer FROM ${table}
      WHERE tenant_id = ${tenant}::uuid AND install_id = ${install}::uuid AND key = ${key}`

  const renew = (request: IdempotentRequest, owner: string) =>
    sql`
      UPDATE ${table} SET claimed_until = now() + make_interval(secs => ${claimSeconds})
      WHERE ${mine(request, owner)}
      RETURNING 1 AS claimed`

  const settle = (request: IdempotentRequest, owner: string, answer: Kept | null) =>
    answer === null
      ? sql`DELETE FROM ${table} WHERE ${mine(request, owner)} AND answer IS NULL`
      : sql`UPDATE ${table} SET answer = ${JSON.stringify(answer)} WHERE ${mine(request, owner)}`

  /** Ends when the claim is no longer this owner's. A store that does not answer does not tell, and is asked again. */
  const lost = (request: IdempotentRequest, owner: string) =>
    Effect.sleep(renewal).pipe(
      Effect.andThen(ask(renew(request, owner))),
      Effect.map((rows) => rows.length === 0),
      Effect.orElseSucceed(() => false),
      Effect.repeat({ until: (isLost) => isLost }),
      Effect.as(null)
    )

  /**
   * Carries the request out in a fiber of its own, so that it is finished and its answer kept where the caller hangs up.
   * Null where another runner has taken the claim over.
   */
  const first = <R>(
    request: IdempotentRequest,
    owner: string,
    run: Effect.Effect<ExecuteResponse, RunnerError, R>,
    restore: <A, E, S>(effect: Effect.Effect<A, E, S>) => Effect.Effect<A, E, S>
  ) => {
    let left = false
    const work = Effect.interruptible(Effect.raceFirst(run, lost(request, owner))).pipe(
      Effect.onExit((exit) =>
        Exit.isSuccess(exit) && exit.value === null
          ? Effect.logWarning("another runner has taken over a request with an idempotency key")
          : Effect.catch(ask(settle(request, owner, kept(exit))), (error) =>
              Effect.logError("an answer could not be kept under its idempotency key", error)
            )
      ),
      Effect.tap(() =>
        left
          ? Effect.logInfo("an execution was finished for its idempotency key after its caller had gone")
          : Effect.void
      )
    )
    return Effect.flatMap(Effect.forkIn(work, scope), (fiber) =>
      restore(Fiber.join(fiber)).pipe(
        Effect.onInterrupt(() =>
          Effect.sync(() => {
            left = true
          })
        ),
        Effect.map((response) => (response === null ? null : { response, replayed: false }))
      )
    )
  }

  const attempt = <R>(
    request: IdempotentRequest,
    owner: string,
    run: Effect.Effect<ExecuteResponse, RunnerError, R>
  ): Effect.Effect<IdempotentAnswer | null, RunnerError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const claimed = yield* ask(claim(request, owner))
        if (claimed.length > 0) {
          yield* count("first")
          return yield* first(request, owner, run, restore)
        }
        const [row] = yield* ask(held(request))
        if (row === undefined) return null
        if (row.fingerprint !== request.fingerprint) {
          yield* count("mismatch")
          return yield* fail("idempotency_mismatch", "the key belongs to another request")
        }
        if (row.answer === null) return null
        yield* count("replayed")
        const answer = JSON.parse(row.answer) as Kept
        if ("failed" in answer) return yield* fail("execute_failed", answer.failed)
        return { response: answer.response, replayed: true }
      })
    )

  const sweep = Effect.andThen(ready, ask(sql`DELETE FROM ${table} WHERE expires_at <= now()`)).pipe(
    Effect.catch((error) => Effect.logWarning("expired idempotency keys could not be swept", error))
  )
  yield* Effect.forkScoped(Effect.repeat(sweep, sweeping))

  return Idempotency.of({
    once: Effect.fn("Idempotency.once")(function* <R>(
      request: IdempotentRequest,
      run: Effect.Effect<ExecuteResponse, RunnerError, R>
    ) {
      yield* ready
      const owner = randomUUID()
      for (let pause = 20; ; pause = Math.min(500, pause * 2)) {
        const answer = yield* attempt(request, owner, run)
        if (answer !== null) return answer
        yield* Effect.sleep(Duration.millis(pause))
      }
    })
  })
})

/**
 * {@link Idempotency} in PostgreSQL, by the server's clock. The table is made at the first use. Answers are kept as they
 * were given, and deleted when their window is over.
 */
export const layer = (options: PgIdempotencyOptions): Layer.Layer<Idempotency, SqlError> =>
  Layer.effect(Idempotency, make(options))
