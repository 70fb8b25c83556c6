import { PgClient } from "@effect/sql-pg"
import { Clock, Context, Duration, Effect, Schedule } from "effect"

/** How far a build is. */
export interface BuildProgress {
  /** Time since the build began, in milliseconds. */
  readonly elapsed: number
  /** The server's own word for what it does, such as `building index: scanning table`. */
  readonly phase: string
  /** Share of the phase that is done, 0 to 1; null where it cannot be told. */
  readonly done: number | null
}

const pid = Effect.map(
  Effect.flatMap(PgClient.PgClient, (sql) => sql<{ readonly pid: number }>`SELECT pg_backend_pid() AS pid`),
  ([row]) => row?.pid ?? 0
)

const progress = (backend: number, started: number) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const [row] = yield* sql<{ readonly phase: string; readonly done: number | null }>`
      SELECT
        phase,
        coalesce(
          tuples_done::float8 / nullif(tuples_total, 0),
          blocks_done::float8 / nullif(blocks_total, 0),
          lockers_done::float8 / nullif(lockers_total, 0)
        ) AS done
      FROM pg_stat_progress_create_index WHERE pid = ${backend}`
    const elapsed = (yield* Clock.currentTimeMillis) - started
    return row === undefined ? null : { elapsed, ...row }
  })

/** Runs a build on the session it has, and tells once a second, by another session, how far it is. */
export const watchBuild =
  (tell: (progress: BuildProgress) => Effect.Effect<void>) =>
  <A, E, R>(build: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const backend = yield* pid
      const started = yield* Clock.currentTimeMillis
      const look = Effect.flatMap(progress(backend, started), (at) => (at === null ? Effect.void : tell(at)))
      const watching = Effect.ignore(look).pipe(
        Effect.delay(Duration.seconds(1)),
        Effect.repeat(Schedule.forever),
        Effect.andThen(Effect.never),
        // Without the build's session in its environment, the watch takes one from the pool.
        Effect.updateContext(
          (context: Context.Context<PgClient.PgClient>) =>
            Context.omit(sql.transactionService)(context) as Context.Context<PgClient.PgClient>
        )
      )
      return yield* Effect.raceFirst(build, watching)
    })
