import { tellOf } from "@alga-psa/ext-runner/FurtherParts"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schema } from "effect"
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

/** Stops a start whose cluster has no tables, or whose login may not use them; from then on `/readyz` tells of them. */
export const layer: Layer.Layer<never, ClusterUnready, PgClient.PgClient> = Layer.effectDiscard(
  Effect.gen(function* () {
    const tables = yield* Effect.mapError(
      plan,
      (cause) =>
        new ClusterUnready({ why: "the cluster's database does not answer: check DATABASE_CLUSTER_URL", cause })
    )
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
