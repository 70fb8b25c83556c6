import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, References } from "effect"
import { RunnerStorage } from "effect/cluster"
import { Runner } from "effect/cluster/Runner"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { TestClock } from "effect/testing"
import { shards } from "../src/ClusterOptions.ts"
import { Directory, layer } from "../src/Directory.ts"

const at = (port: number) => new RunnerAddress({ host: "10.0.0.1", port })
const runner = (port: number) => new Runner({ address: at(port), groups: ["default"], weight: 1 })
const self = at(1)

const provided = Effect.provide(layer(self).pipe(Layer.provide(RunnerStorage.layerMemory)))

/** Lets the directory know these runners. */
const known = (...ports: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const storage = yield* RunnerStorage.RunnerStorage
    for (const port of ports) yield* storage.register(runner(port), true)
    yield* storage.getRunners
  })

const owners = Effect.gen(function* () {
  const { ownerOf } = yield* Directory
  return yield* Effect.forEach(Array.from({ length: shards }), (_, index) =>
    Effect.map(ownerOf(index + 1), (owner) => owner?.port ?? self.port)
  )
})

const count = (all: ReadonlyArray<number>, port: number) => all.filter((one) => one === port).length

describe("the directory of a cluster", () => {
  it.effect("keeps everything here while it knows nobody, or this runner alone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(new Set(yield* owners), new Set([1]))
      yield* known(1)
      assert.deepStrictEqual(new Set(yield* owners), new Set([1]))
      assert.deepStrictEqual(yield* (yield* Directory).others, [])
    }).pipe(provided)
  )

  it.effect("spreads the shards evenly, and moves few when a runner comes", () =>
    Effect.gen(function* () {
      yield* known(1, 2, 3)
      const before = yield* owners
      for (const port of [1, 2, 3]) assert.isAbove(count(before, port), 80)
      yield* known(4)
      const after = yield* owners
      assert.isAbove(count(after, 4), 55)
      const moved = before.filter((port, index) => after[index] !== port).length
      assert.isBelow(moved, 110)
    }).pipe(provided)
  )

  it.effect("leaves a runner out for as long as it was told, and gives its shards to others", () =>
    Effect.gen(function* () {
      yield* known(1, 2, 3)
      const before = yield* owners
      const { leaveOut, others } = yield* Directory
      yield* leaveOut(at(2), Duration.seconds(3))
      const without = yield* owners
      assert.strictEqual(count(without, 2), 0)
      assert.deepStrictEqual(
        (yield* others).map(({ port }) => port),
        [3]
      )
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* owners, before)
    }).pipe(provided)
  )

  it.effect("leaves a runner out no longer where the time of day is set back meanwhile", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("2 days")
      yield* known(1, 2, 3)
      const before = yield* owners
      yield* (yield* Directory).leaveOut(at(2), Duration.seconds(3))
      yield* TestClock.setTime(0)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* owners, before)
    }).pipe(provided)
  )

  it.effect("never leaves this runner out, whoever says that it goes", () =>
    Effect.gen(function* () {
      yield* known(1, 2)
      const before = yield* owners
      const { leaveOut } = yield* Directory
      yield* leaveOut(new RunnerAddress({ host: self.host, port: self.port }), Duration.seconds(3))
      assert.deepStrictEqual(yield* owners, before)
      yield* leaveOut(at(2), Duration.seconds(3))
      assert.deepStrictEqual(new Set(yield* owners), new Set([1]))
    }).pipe(provided)
  )

  it.effect("does not count a runner that is not healthy", () =>
    Effect.gen(function* () {
      yield* known(1, 2)
      const storage = yield* RunnerStorage.RunnerStorage
      yield* storage.setRunnerHealth(at(2), false)
      yield* storage.getRunners
      assert.deepStrictEqual(new Set(yield* owners), new Set([1]))
    }).pipe(provided)
  )

  it.effect("says in the log who came, who went, and who is left out for a while; once each", () =>
    Effect.gen(function* () {
      const lines: Array<readonly [unknown, unknown, unknown]> = []
      const logger = Logger.make<unknown, void>(({ fiber }) => {
        const { joined, left, runners } = fiber.getRef(References.CurrentLogAnnotations)
        lines.push([joined, left, runners])
      })
      yield* Effect.gen(function* () {
        yield* known(1, 2)
        yield* known(1, 2)
        yield* known(3)
        const { leaveOut } = yield* Directory
        yield* leaveOut(at(2), Duration.seconds(3))
        yield* TestClock.adjust("4 seconds")
        yield* known()
        const storage = yield* RunnerStorage.RunnerStorage
        yield* storage.unregister(at(3))
        yield* storage.getRunners
      }).pipe(Effect.provide(Logger.layer([logger])))
      assert.deepStrictEqual(lines, [
        ["10.0.0.1:1 10.0.0.1:2", "", 2],
        ["10.0.0.1:3", "", 3],
        ["", "10.0.0.1:2", 2],
        ["10.0.0.1:2", "", 3],
        ["", "10.0.0.1:3", 2]
      ])
    }).pipe(provided)
  )
})
