import { PgClient } from "@effect/sql-pg"
import { Deferred, Effect, Fiber, type Layer } from "effect"

/** Has whoever reads the clients' table wait; gives what ends that. The scope ends it too. */
export const holdClients = Effect.fnUntraced(function* <E>(client: Layer.Layer<PgClient.PgClient, E>) {
  const held = yield* Deferred.make<void>()
  const released = yield* Deferred.make<void>()
  const holding = Effect.flatMap(PgClient.PgClient, (sql) =>
    sql`LOCK TABLE clients IN ACCESS EXCLUSIVE MODE`.pipe(
      Effect.andThen(Deferred.succeed(held, undefined)),
      Effect.andThen(Deferred.await(released)),
      sql.withTransaction
    )
  )
  const holder = yield* Effect.forkScoped(Effect.provide(holding, client))
  yield* Effect.raceFirst(Deferred.await(held), Fiber.join(holder))
  return Effect.andThen(Deferred.succeed(released, undefined), Fiber.join(holder))
})
