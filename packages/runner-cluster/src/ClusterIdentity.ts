import { PgClient } from "@effect/sql-pg"
import { Cause, Deferred, Duration, Effect, Layer, Schedule, Schema } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import type { SqlError } from "effect/sql/SqlError"
import { ClusterUnready } from "./ClusterAtStart.ts"
import { clusterSchema } from "./ClusterTables.ts"

/** Another living process is the runner at this address. */
export class IdentityTaken extends Schema.TaggedError<IdentityTaken>()("IdentityTaken", { address: Schema.String }) {
  override get message(): string {
    return `another runner of the cluster has the address ${this.address}: give each its own ALGA_EXTENSION_RUNNER_CLUSTER_HOST and _PORT`
  }
}

/** The address is taken at the moment; its owner may be gone soon. */
class Held extends Schema.TaggedError<Held>()("Held", {}) {}

const noSession = (cause: unknown) =>
  new ClusterUnready({ why: "the cluster's database gives no session: check DATABASE_CLUSTER_URL", cause })

/**
 * Makes this process the one runner at its address, by a lock of a session of the cluster's database. The start fails
 * where another has it and lives, or where the database gives no session. A killed runner no longer has it, a paused one keeps
 * it for the health time.
 */
export const layer = (
  { host, port }: RunnerAddress,
  health: Duration.Duration
): Layer.Layer<never, IdentityTaken | ClusterUnready, PgClient.PgClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const address = `${host}:${port}`
      const third = Duration.divideUnsafe(health, 3)
      const mine = yield* Deferred.make<void>()
      let latest: unknown = null

      const session = Effect.gen(function* () {
        const connection = yield* sql.reserve
        const ask = (statement: string, values: ReadonlyArray<unknown> = []) =>
          Effect.timeout(connection.executeValues(statement, values), Duration.min(third, Duration.seconds(2)))
        yield* Effect.addFinalizer(() =>
          Effect.ignore(
            ask(
              `SELECT pg_advisory_unlock(hashtext($1), hashtext($2)), (
                SELECT set_config(name, reset_val, false) FROM pg_settings WHERE name = 'idle_session_timeout')`,
              [clusterSchema, address]
            )
          )
        )
        // The server ends the session of a process that stands still. It has this setting since version 14.
        const [tried] = yield* ask(
          `SELECT pg_try_advisory_lock(hashtext($1), hashtext($2)), (
            SELECT set_config(name, $3, false) FROM pg_settings WHERE name = 'idle_session_timeout')`,
          [clusterSchema, address, String(Math.ceil(Duration.toMillis(health)))]
        )
        if (tried?.[0] !== true) return yield* new Held()
        yield* Deferred.succeed(mine, undefined)
        return yield* Effect.repeat(ask("SELECT 1"), Schedule.spaced(third))
      }).pipe(Effect.scoped)

      const warned = Effect.tapError(session, (error: SqlError | Held | { readonly _tag: string }) =>
        Effect.flatMap(Deferred.isDone(mine), (had) => {
          // An answer that comes too late does not say that the address is free by now.
          if (!(latest instanceof Held && Cause.isTimeoutError(error))) latest = error
          if (!had) return Effect.logDebug("the runner's address is not its own yet", error)
          return error instanceof Held
            ? Effect.logError(`another runner took the address ${address}: stop one of the two`)
            : Effect.logWarning("the session that holds the runner's address broke: it is made again", error)
        })
      )
      yield* warned.pipe(Effect.retry(Schedule.spaced(third)), Effect.forkScoped)
      yield* Effect.timeoutOrElse(Deferred.await(mine), {
        duration: Duration.sum(health, third),
        orElse: () => Effect.fail(latest instanceof Held ? new IdentityTaken({ address }) : noSession(latest))
      })
    })
  )
