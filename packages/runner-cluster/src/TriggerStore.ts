import { randomUUID } from "node:crypto"
import { type ExtensionId, type InstallId, type TenantId, UsedRights } from "@alga-psa/ext-domain"
import { type ExecuteRequest, KeptRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import type { Outcome } from "@alga-psa/ext-runner/Execution"
import { fail, type RunnerError } from "@alga-psa/ext-runner/RunnerError"
import type { KeptTrigger, TriggerState } from "@alga-psa/ext-runner/Triggers"
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, Option, Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import type { Backlog } from "./TriggerGauges.ts"
import type { Passed } from "./TriggerTurns.ts"

/** A trigger that this runner has taken for one attempt. */
export interface TakenTrigger {
  readonly id: string
  readonly tenant: string
  readonly install: string
  /** Names the attempt; what is said of it counts only while it is the trigger's latest. */
  readonly run: string
  readonly attempt: number
  /** Null where this version cannot read what another stored. */
  readonly request: ExecuteRequest | null
}

/** A trigger that ended without an attempt: its runner was lost, or its time was over. */
export interface EndedTrigger {
  readonly id: string
  readonly tenant: string
  readonly install: string
  readonly requestId: string | null
  readonly state: "dead" | "expired"
  readonly reason: string
}

/** How many of the triggers that end in a sweep are reported. */
export const mostTold = 100

/** How many triggers one statement of a sweep changes or deletes. */
export const mostSwept = 1_000

/** How the reason of a trigger begins whose last attempt may have written. Only an operator replays it. */
export const writtenReason = "may-have-written"

/** How an attempt ended. `counts` is false where nothing ran: the attempt is not one. */
export type Settlement =
  | { readonly state: "done"; readonly outcome: Outcome }
  | { readonly state: "dead"; readonly reason: string }
  | { readonly state: "waiting"; readonly reason: string; readonly pause: Duration.Duration; readonly counts: boolean }

interface Row {
  readonly id: string
  readonly extension_id: ExtensionId
  readonly install_id: InstallId
  readonly request_id: string | null
  readonly state: TriggerState
  readonly fingerprint: string
  readonly attempts: number
  readonly created_at: Date
  readonly expires_at: Date
  readonly finished_at: Date | null
  readonly answer: string | null
  readonly used: string | null
  readonly reason: string | null
}

const writeRights = Schema.encodeSync(Schema.fromJsonString(UsedRights))
const readRights = Schema.decodeUnknownOption(Schema.fromJsonString(UsedRights))

const readAnswer = Schema.decodeUnknownEffect(Schema.NullOr(Schema.fromJsonString(ExecuteResponse)))

/** What a decoder says of an answer may repeat it, so it is not logged. */
const answerUnreadable = ({ id }: Row) =>
  Effect.andThen(
    Effect.annotateLogs(Effect.logError("the stored answer of a trigger cannot be read"), { triggerId: id }),
    Effect.fail(fail("internal", "the stored answer cannot be read"))
  )

/** Fails with `internal` where the stored answer cannot be read. */
const keptOf = (row: Row): Effect.Effect<KeptTrigger, RunnerError> =>
  Effect.matchEffect(readAnswer(row.answer), {
    onFailure: () => answerUnreadable(row),
    onSuccess: (response) =>
      Effect.succeed({
        id: row.id,
        extension: row.extension_id,
        install: row.install_id,
        requestId: row.request_id,
        state: row.state,
        attempts: row.attempts,
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        finishedAt: row.finished_at?.toISOString() ?? null,
        response,
        used: Option.getOrNull(readRights(row.used)),
        error: row.reason
      })
  })

const encode = Schema.encodeEffect(KeptRequest)
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(KeptRequest))

/** Fails with `data_unavailable` where the database does not answer. */
export const asked = <A>(statement: Effect.Effect<A, SqlError>): Effect.Effect<A, RunnerError> =>
  statement.pipe(
    Effect.timeout("5 seconds"),
    Effect.mapError((cause) => fail("data_unavailable", "the store of triggers does not answer", cause))
  )

const make = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const columns = sql.literal(
    "id, extension_id, install_id, request_id, state, fingerprint, attempts, created_at, expires_at, finished_at, answer, used, reason"
  )
  // What an attempt writes to its row before it may write elsewhere stays there if its runner is lost.
  const wrote = sql`EXISTS (SELECT FROM trigger_attempt WHERE run = trigger.run AND outcome = ${writtenReason})`
  const seconds = (duration: Duration.Duration) => sql`make_interval(secs => ${Duration.toSeconds(duration)})`

  return {
    /** Stores a trigger unless the key has one; gives the one that is kept, and whether it is new. */
    insert: Effect.fnUntraced(function* (trigger: {
      readonly request: ExecuteRequest
      readonly key: string | null
      readonly fingerprint: string
      readonly shard: number
      readonly expiry: Duration.Duration
    }) {
      const { extension_id, install_id, request_id = null, tenant_id } = trigger.request.context
      const id = randomUUID()
      const key = trigger.key ?? id
      const request = JSON.stringify(yield* Effect.orDie(encode(trigger.request)))
      const [added] = yield* asked(sql<Row>`
        INSERT INTO trigger (
          id, tenant_id, extension_id, install_id, request_id, key, fingerprint, shard, request, state, due_at, expires_at
        ) VALUES (
          ${id}::uuid, ${tenant_id}::uuid, ${extension_id}::uuid, ${install_id}::uuid, ${request_id}, ${key},
          ${trigger.fingerprint},
          ${trigger.shard}, ${request}, 'waiting', now(), now() + ${seconds(trigger.expiry)}
        )
        ON CONFLICT (tenant_id, install_id, key) DO NOTHING
        RETURNING ${columns}`)
      if (added !== undefined) return { trigger: yield* keptOf(added), added: true }
      const [held] = yield* asked(sql<Row>`
        SELECT ${columns} FROM trigger
        WHERE tenant_id = ${tenant_id}::uuid AND install_id = ${install_id}::uuid AND key = ${key}`)
      if (held === undefined) return yield* fail("data_unavailable", "the key expired while it was read: retry")
      if (held.fingerprint !== trigger.fingerprint) {
        return yield* fail("idempotency_mismatch", "the key belongs to another request")
      }
      return { trigger: yield* keptOf(held), added: false }
    }),

    find: (tenant: TenantId, id: string) =>
      Effect.flatMap(
        asked(sql<Row>`SELECT ${columns} FROM trigger WHERE id = ${id}::uuid AND tenant_id = ${tenant}::uuid`),
        ([row]) => (row === undefined ? Effect.succeed(null) : keptOf(row))
      ),

    /**
     * Takes what is due on these shards, oldest first: what waits, and what a lost runner had taken, but nothing of the
     * tenants and installs that are skipped. Each stays this runner's for the lease, which {@link renew} restarts. What
     * this runner still works on is left out, whatever the server's clock says of its lease.
     */
    take: Effect.fnUntraced(function* (by: {
      readonly shards: ReadonlyArray<number>
      readonly most: number
      readonly attempts: number
      readonly lease: Duration.Duration
      readonly underway: ReadonlyArray<string>
      readonly passed?: Passed
    }) {
      const { installs, tenants } = by.passed ?? { installs: [], tenants: [] }
      const rows = yield* asked(sql<{
        readonly id: string
        readonly tenant: string
        readonly install: string
        readonly run: string
        readonly attempts: number
        readonly request: string
      }>`
        WITH due AS (
          SELECT id FROM trigger
          WHERE shard = ANY(${by.shards}::integer[]) AND attempts < ${by.attempts} AND expires_at > now()
            AND id <> ALL(${by.underway}::uuid[]) AND (
            (state = 'waiting' AND due_at <= now()) OR (state = 'running' AND claimed_until <= now() AND NOT ${wrote})
          ) AND install_id <> ALL(${installs}::uuid[]) AND tenant_id <> ALL(${tenants}::uuid[])
          ORDER BY due_at LIMIT ${by.most} FOR UPDATE SKIP LOCKED
        )
        UPDATE trigger SET state = 'running', attempts = attempts + 1, run = gen_random_uuid(),
          claimed_until = now() + ${seconds(by.lease)}
        FROM due WHERE trigger.id = due.id
        RETURNING trigger.id, tenant_id AS tenant, install_id AS install, run, attempts, request`)
      return yield* Effect.forEach(rows, ({ attempts: attempt, request, ...taken }) =>
        Effect.map(
          Effect.option(decode(request)),
          (read): TakenTrigger => ({ ...taken, attempt, request: Option.getOrNull(read) })
        )
      )
    }),

    /** Notes that a taken trigger begins on this runner. */
    begin: ({ id, run }: Pick<TakenTrigger, "id" | "run">, runner: string) =>
      asked(sql`
        INSERT INTO trigger_attempt (run, trigger_id, runner)
        SELECT run, id, ${runner} FROM trigger WHERE id = ${id}::uuid AND run = ${run}::uuid AND state = 'running'
        ON CONFLICT (run) DO NOTHING`),

    /** Notes that the attempt may write from now on; fails where it is no longer the trigger's. */
    writing: ({ id, run }: Pick<TakenTrigger, "id" | "run">): Effect.Effect<void, RunnerError> =>
      Effect.flatMap(
        asked(sql`
          UPDATE trigger_attempt SET outcome = ${writtenReason} WHERE run = ${run}::uuid AND EXISTS (
            SELECT FROM trigger WHERE id = ${id}::uuid AND run = ${run}::uuid AND state = 'running' FOR SHARE
          ) RETURNING 1`),
        (rows) => (rows.length > 0 ? Effect.void : Effect.fail(fail("internal", "the attempt is over")))
      ),

    /** Restarts the lease; false where the attempt is no longer the trigger's. */
    renew: ({ id, run }: Pick<TakenTrigger, "id" | "run">, lease: Duration.Duration) =>
      Effect.map(
        asked(sql`
          UPDATE trigger SET claimed_until = now() + ${seconds(lease)}
          WHERE id = ${id}::uuid AND run = ${run}::uuid AND state = 'running' RETURNING 1`),
        (rows) => rows.length > 0
      ),

    /**
     * Keeps how the attempt ended, unless the trigger has gone on without it. The request goes with the last attempt. Nothing
     * is left of an attempt that does not count, and the trigger keeps its place in the order.
     */
    settle: ({ id, run }: Pick<TakenTrigger, "id" | "run">, how: Settlement) => {
      const reason = how.state === "done" ? null : how.reason
      const counts = how.state !== "waiting" || how.counts
      const change =
        how.state === "done"
          ? sql`state = 'done', answer = ${JSON.stringify(how.outcome.response)},
              used = ${how.outcome.used === null ? null : writeRights(how.outcome.used)}, reason = NULL, request = NULL, finished_at = now()`
          : how.state === "dead"
            ? sql`state = 'dead', reason = ${reason}, finished_at = now()`
            : how.counts
              ? sql`state = 'waiting', reason = ${reason}, due_at = now() + ${seconds(how.pause)}`
              : sql`state = 'waiting', reason = ${reason}, attempts = attempts - 1`
      const noted = counts
        ? sql`UPDATE trigger_attempt SET ended_at = now(), outcome = ${reason ?? "done"}`
        : sql`DELETE FROM trigger_attempt`
      return asked(sql`
        WITH settled AS (
          UPDATE trigger SET ${change}, claimed_until = NULL
          WHERE id = ${id}::uuid AND run = ${run}::uuid AND state = 'running' RETURNING 1
        )
        ${noted} WHERE run = ${run}::uuid AND EXISTS (SELECT FROM settled)`)
    },

    /** What there is to do on these shards, and what is dead of them. */
    backlog: (shards: ReadonlyArray<number>) => {
      const of = (state: string) =>
        sql`(SELECT count(*)::int FROM trigger WHERE shard = ANY(${shards}::integer[]) AND state = ${sql.literal(`'${state}'`)})`
      return Effect.map(
        asked(sql<Backlog>`
          SELECT ${of("waiting")} AS waiting, ${of("running")} AS running, ${of("dead")} AS dead, (
            SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 FROM trigger
            WHERE shard = ANY(${shards}::integer[]) AND state = 'waiting' AND due_at <= now()
          ) AS oldest`),
        ([found]) => found ?? { waiting: 0, running: 0, dead: 0, oldest: 0 }
      )
    },

    /**
     * Ends what has no time or attempt left and is not under way here, and deletes what was kept long enough. What waits and has
     * all attempts behind it, as where fewer are allowed by now, ends on these shards alone: another runner may allow more. Each
     * of these takes {@link mostSwept} at most. Gives some of what it ended, how many it ended, and whether it is to be asked again.
     */
    sweep: Effect.fnUntraced(function* ({
      attempts,
      retention,
      shards,
      underway
    }: {
      readonly shards: ReadonlyArray<number>
      readonly attempts: number
      readonly retention: Duration.Duration
      readonly underway: ReadonlyArray<string>
    }) {
      const ends = (change: Statement.Fragment, which: Statement.Fragment) =>
        asked(sql<EndedTrigger & { readonly all: number }>`
          WITH ended AS (
            UPDATE trigger SET finished_at = now(), claimed_until = NULL, ${change}
            WHERE id IN (SELECT id FROM trigger WHERE ${which} LIMIT ${mostSwept} FOR UPDATE SKIP LOCKED)
            RETURNING id, tenant_id AS tenant, install_id AS install, request_id AS "requestId", state, reason
          )
          SELECT *, (count(*) OVER ())::int AS all FROM ended LIMIT ${mostTold}`)
      const written = yield* ends(
        sql`state = 'dead', reason = ${`${writtenReason}: its runner was lost`}`,
        sql`state = 'running' AND claimed_until <= now() AND id <> ALL(${underway}::uuid[]) AND ${wrote}`
      )
      const others = yield* ends(
        sql`state = CASE WHEN attempts >= ${attempts} THEN 'dead' ELSE 'expired' END,
        request = CASE WHEN attempts >= ${attempts} THEN request END,
        reason = CASE WHEN attempts < ${attempts} THEN concat_ws(': ', 'its time is over', reason)
          WHEN state = 'waiting' THEN concat_ws(': ', 'no attempt is left', reason)
          ELSE 'its runner was lost, and no attempt is left' END`,
        sql`(state = 'waiting' AND (expires_at <= now()
            OR (attempts >= ${attempts} AND due_at <= now() AND shard = ANY(${shards}::integer[]))))
          OR (state = 'running' AND claimed_until <= now() AND id <> ALL(${underway}::uuid[])
            AND (expires_at <= now() OR attempts >= ${attempts}))`
      )
      const deleted = yield* asked(sql<{ readonly all: number }>`
        WITH deleted AS (
          DELETE FROM trigger WHERE id IN (
            SELECT id FROM trigger WHERE finished_at < now() - ${seconds(retention)} LIMIT ${mostSwept} FOR UPDATE SKIP LOCKED
          ) RETURNING 1
        )
        SELECT count(*)::int AS all FROM deleted`)
      const counts = [written, others, deleted].map(([first]) => first?.all ?? 0)
      const [ofWritten = 0, ofOthers = 0] = counts
      const ended = [...written, ...others].map(({ all: _, ...one }): EndedTrigger => one)
      return { ended, all: ofWritten + ofOthers, isPart: Math.max(...counts) === mostSwept }
    })
  }
})

/** The rows of kept triggers, by the server's clock. Every change is one statement. */
export class TriggerStore extends Context.Service<TriggerStore, Effect.Success<typeof make>>()(
  "@alga-psa/ext-runner-cluster/TriggerStore"
) {}

/** Triggers in the schema of the cluster. */
export const layer: Layer.Layer<TriggerStore, never, PgClient.PgClient> = Layer.effect(TriggerStore, make)
