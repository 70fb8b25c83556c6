import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { ownLoopback } from "@alga-psa/ext-runner/testing/Loopback"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger, Redacted } from "effect"
import * as ClusterAtStart from "../src/ClusterAtStart.ts"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"
import * as ClusterTables from "../src/ClusterTables.ts"
import { gate } from "./support/Gate.ts"

/** A cluster's database behind a door that is shut, and what a start does there. */
const shut = Effect.gen(function* () {
  const url = new URL(Redacted.value(yield* testDatabase))
  const admin = layerAdmin(Redacted.make(url.href))
  yield* Effect.provide(ClusterTables.apply(RoleName.make(url.username)), admin)
  const before = ownLoopback()
  const door = yield* gate(Number(url.port), before, url.hostname)
  yield* Effect.promise(door.shut)
  url.hostname = before
  const database = ClusterDatabase.layer(Redacted.make(url.href))
  const start = (mayBeAway: boolean) =>
    Effect.scoped(Layer.build(Layer.provide(ClusterAtStart.layer(mayBeAway), database)))
  return { door, start }
})

describe("the start of a runner whose cluster's database does not answer", () => {
  it.live("fails, and says so", () =>
    Effect.gen(function* () {
      const { start } = yield* shut
      const { message } = yield* Effect.flip(start(false))
      assert.include(message, "the cluster's database does not answer: check DATABASE_CLUSTER_URL")
    })
  )

  it.live("waits for it where it may be away, and says so once", () =>
    Effect.gen(function* () {
      const { door, start } = yield* shut
      const told = yield* Deferred.make<void>()
      const lines: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => {
        lines.push(String(message).split(",")[0] ?? "")
        Deferred.doneUnsafe(told, Effect.void)
      })
      const starting = yield* Effect.forkChild(Effect.provide(start(true), Logger.layer([logger])))
      yield* Deferred.await(told)
      yield* Effect.promise(door.open)
      yield* Fiber.join(starting)
      assert.lengthOf(lines, 1)
      assert.include(lines[0], "the runner waits for it")
    })
  )
})
