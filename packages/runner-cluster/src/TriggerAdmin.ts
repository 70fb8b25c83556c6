import type { InstallId, TenantId } from "@alga-psa/ext-domain"
import type { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import type { TriggerState } from "@alga-psa/ext-runner/Triggers"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { asked, writtenReason } from "./TriggerStore.ts"

/** Which kept triggers an operator asks for; null means any. */
export interface TriggerFilter {
  readonly id: string | null
  readonly tenant: TenantId | null
  readonly install: InstallId | null
  /** Accepted longer ago than this. */
  readonly olderThan: Duration.Duration | null
  /** How the reason begins. */
  readonly reason: string | null
}

/** What an operator sees of a trigger. Times are PostgreSQL's texts. */
export interface ListedTrigger {
  readonly id: string
  readonly tenant: string
  readonly install: string
  readonly state: TriggerState
  readonly attempts: number
  readonly created: string
  readonly reason: string
}

/** One attempt of a trigger. `outcome` and `ended` are null while it is under way, or where its runner was lost. */
export interface ListedAttempt {
  readonly runner: string
  readonly started: string
  readonly ended: string | null
  readonly outcome: string | null
}

/** Everything that is known of a trigger, except what its caller sent and what its handler answered. */
export interface ShownTrigger extends ListedTrigger {
  readonly extension: string
  readonly request: string | null
  readonly key: string
  readonly due: string
  readonly expires: string
  readonly finished: string | null
  /** The status that its handler answered with. */
  readonly status: number | null
  /** Whether the request is still there, without which it cannot be replayed. */
  readonly replayable: boolean
  readonly tried: ReadonlyArray<ListedAttempt>
}

/** What one statement changes at most, so that none holds up the runners. */
const batch = 1_000

const matching = (sql: PgClient.PgClient, { id, install, olderThan, reason, tenant }: TriggerFilter) => {
  const seconds = olderThan === null ? null : Duration.toSeconds(olderThan)
  return sql`(${id}::uuid IS NULL OR id = ${id}::uuid)
    AND (${tenant}::uuid IS NULL OR tenant_id = ${tenant}::uuid)
    AND (${install}::uuid IS NULL OR install_id = ${install}::uuid)
    AND (${seconds}::float8 IS NULL OR created_at < now() - make_interval(secs => ${seconds}::float8))
    AND (${reason}::text IS NULL OR starts_with(reason, ${reason}::text))`
}

/** Triggers in a state, newest first. */
export const list = (
  state: TriggerState,
  filter: TriggerFilter,
  most: number
): Effect.Effect<ReadonlyArray<ListedTrigger>, RunnerError, PgClient.PgClient> =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    asked(sql<ListedTrigger>`
      SELECT id, tenant_id AS tenant, install_id AS install, state, attempts, created_at::text AS created,
        coalesce(reason, '') AS reason
      FROM trigger WHERE state = ${state} AND ${matching(sql, filter)}
      ORDER BY created_at DESC LIMIT ${most}`)
  )

/** One trigger with its attempts, oldest first; null where there is none. */
export const show = (id: string): Effect.Effect<ShownTrigger | null, RunnerError, PgClient.PgClient> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const [found] = yield* asked(sql<Omit<ShownTrigger, "tried">>`
      SELECT id, tenant_id AS tenant, extension_id AS extension, install_id AS install,
        request_id AS request, key, state, attempts,
        created_at::text AS created, due_at::text AS due, expires_at::text AS expires, finished_at::text AS finished,
        coalesce(reason, '') AS reason, (answer::json ->> 'status')::int AS status, request IS NOT NULL AS replayable
      FROM trigger WHERE id = ${id}::uuid`)
    if (found === undefined) return null
    const tried = yield* asked(sql<ListedAttempt>`
      SELECT runner, started_at::text AS started, ended_at::text AS ended, outcome
      FROM trigger_attempt WHERE trigger_id = ${id}::uuid ORDER BY started_at LIMIT ${batch}`)
    return { ...found, tried }
  })

/** Repeats a statement that changes some until it changes none; gives how many it changed. */
const all = (some: Effect.Effect<ReadonlyArray<unknown>, RunnerError>): Effect.Effect<number, RunnerError> => {
  let changed = 0
  return Effect.map(
    Effect.repeat(
      Effect.tap(some, (rows) =>
        Effect.sync(() => {
          changed += rows.length
        })
      ),
      { while: (rows) => rows.length === batch }
    ),
    () => changed
  )
}

/**
 * Replays dead triggers that have their request; gives how many. Each gets all attempts and this much time. Those that
 * may have written are left out, unless one is named by its id or by such a reason.
 */
export const replay = (
  filter: TriggerFilter,
  expiry: Duration.Duration
): Effect.Effect<number, RunnerError, PgClient.PgClient> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const named = filter.id !== null || filter.reason?.startsWith(writtenReason) === true
    // A trigger that dies again meanwhile is left as it is.
    const [now] = yield* asked(sql<{ readonly text: string }>`SELECT now()::text AS text`)
    return yield* all(
      asked(sql`
        UPDATE trigger SET state = 'waiting', attempts = 0, due_at = now(), finished_at = NULL,
          expires_at = now() + make_interval(secs => ${Duration.toSeconds(expiry)})
        WHERE id = ANY(ARRAY(
          SELECT id FROM trigger
          WHERE state = 'dead' AND request IS NOT NULL AND finished_at <= ${now?.text ?? null}::timestamptz
            AND (${named} OR NOT (starts_with(reason, ${writtenReason}) OR EXISTS (
              SELECT FROM trigger_attempt WHERE run = trigger.run AND outcome = ${writtenReason}
            ))) AND ${matching(sql, filter)}
          LIMIT ${batch} FOR UPDATE SKIP LOCKED
        )) RETURNING 1`)
    )
  })

/**
 * Ends triggers that wait or run; gives how many. Each is dead and can be replayed. What runs is cut within a third of its
 * lease.
 */
export const cancel = (
  state: "waiting" | "running" | null,
  filter: TriggerFilter
): Effect.Effect<number, RunnerError, PgClient.PgClient> =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    all(
      asked(sql`
        UPDATE trigger SET state = 'dead', finished_at = now(), claimed_until = NULL, reason = CASE
          WHEN state = 'running' AND EXISTS (
            SELECT FROM trigger_attempt WHERE run = trigger.run AND outcome = ${writtenReason}
          ) THEN ${`${writtenReason}: cancelled`} ELSE 'cancelled' END
        WHERE id = ANY(ARRAY(
          SELECT id FROM trigger
          WHERE state IN ('waiting', 'running') AND (${state}::text IS NULL OR state = ${state}) AND ${matching(sql, filter)}
          LIMIT ${batch} FOR UPDATE SKIP LOCKED
        )) RETURNING 1`)
    )
  )
