import { tellOf } from "@alga-psa/ext-runner/FurtherParts"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schedule, Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { forbidden, plan } from "./ClusterTables.ts"

/** The cluster's database does not answer, or was not made ready. */
export class ClusterUnready extends Schema.TaggedError<ClusterUnready>()("ClusterUnready", {
  why: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {
  override get message(): string {
    return this.why
  }
}

const away = (cause: SqlError) =>
  new ClusterUnready({ why: "the cluster's database does not answer: check DATABASE_CLUSTER_URL", cause })

/** Asks again until the database answers; the log says once that it does not. */
const waited = <A, R>(ask: Effect.Effect<A, SqlError, R>) => {
  let isTold = false
  const tell = (cause: SqlError) =>
    Effect.suspend(() => {
      if (isTold) return Effect.void
      isTold = true
      return Effect.logWarning(
        "the cluster's database does not answer: the runner waits for it, and then serves",
        cause
      )
    })
  return Effect.retry(Effect.tapError(ask, tell), Schedule.spaced("1 second"))
}

/**
 * Stops a start whose cluster has no tables, or whose login may not use them; from then on `/readyz` tells of them. A database
 * that does not answer stops it too, unless it may be away: then the start waits for it.
 */
export const layer = (mayBeAway: boolean): Layer.Layer<never, ClusterUnready, PgClient.PgClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const tables = yield* Effect.mapError(mayBeAway ? waited(plan) : plan, away)
      const closed = yield* Effect.orElseSucceed(forbidden, () => [])
      if (closed.length > 0) {
        return yield* new ClusterUnready({
          why: `the login of DATABASE_CLUSTER_URL may not use ${closed.join(", ")}: run db cluster apply with this login as --role`
        })
      }
      const missing = tables.filter(({ present }) => !present).map(({ name }) => name)
      if (missing.length > 0) {
        return yield* new ClusterUnready({
          why: `the cluster has no ${missing.join(", ")} of this version: run db cluster apply, with --role the login of DATABASE_CLUSTER_URL`
        })
      }
      const sql = yield* PgClient.PgClient
      yield* tellOf({ name: "cluster", check: Effect.provideService(plan, PgClient.PgClient, sql) })
    })
  )
