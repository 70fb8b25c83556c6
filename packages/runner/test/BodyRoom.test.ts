import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { makeBodyRoom } from "../src/BodyRoom.ts"

/** A request that holds its body until it is answered. */
const request = Effect.fnUntraced(function* (room: ReturnType<typeof makeBodyRoom>, tenant: string, bytes: number) {
  const answer = yield* Deferred.make<void>()
  let isIn = false
  const fiber = yield* Effect.forkChild(
    Effect.scoped(
      Effect.gen(function* () {
        yield* room.hold(tenant, bytes)
        isIn = true
        yield* Deferred.await(answer)
      })
    ),
    { startImmediately: true }
  )
  const end = Effect.andThen(Deferred.succeed(answer, undefined), Fiber.join(fiber))
  return { isIn: () => isIn, end, hangUp: Fiber.interrupt(fiber) }
})

describe("Room for bodies", () => {
  it.effect("holds as many bytes as it has, and lets in who waits as others are answered", () =>
    Effect.gen(function* () {
      const room = makeBodyRoom(100)
      const first = yield* request(room, "a", 50)
      const second = yield* request(room, "b", 50)
      const third = yield* request(room, "c", 50)
      assert.deepStrictEqual(
        [first, second, third].map(({ isIn }) => isIn()),
        [true, true, false]
      )
      yield* first.end
      yield* Effect.yieldNow
      assert.isTrue(third.isIn())
    })
  )

  it.effect("gives one tenant half, and others theirs meanwhile", () =>
    Effect.gen(function* () {
      const room = makeBodyRoom(100)
      yield* request(room, "a", 40)
      const more = yield* request(room, "a", 11)
      const other = yield* request(room, "b", 50)
      const within = yield* request(room, "a", 10)
      assert.deepStrictEqual(
        [more, other, within].map(({ isIn }) => isIn()),
        [false, true, true]
      )
    })
  )

  it.effect("has room for a body that is larger than all of it, when nothing else is there", () =>
    Effect.gen(function* () {
      const room = makeBodyRoom(100)
      const large = yield* request(room, "a", 500)
      const small = yield* request(room, "b", 1)
      assert.deepStrictEqual([large.isIn(), small.isIn()], [true, false])
      yield* large.end
      yield* Effect.yieldNow
      assert.isTrue(small.isIn())
    })
  )

  it.effect("forgets who hung up: those that wait, those that are in, and those that come in at this moment", () =>
    Effect.gen(function* () {
      const room = makeBodyRoom(100)
      const first = yield* request(room, "a", 100)
      const waiting = yield* request(room, "b", 60)
      yield* waiting.hangUp
      const second = yield* request(room, "c", 60)
      const end = yield* Effect.forkChild(first.hangUp, { startImmediately: true })
      yield* second.hangUp
      yield* Fiber.join(end)
      assert.isTrue((yield* request(room, "d", 100)).isIn())
    })
  )
})
