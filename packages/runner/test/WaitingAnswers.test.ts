import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope, Stream } from "effect"
import { executeAnswer } from "../src/internal/http/executeAnswer.ts"
import { layerWaitingAnswers, makeWaitingAnswers } from "../src/WaitingAnswers.ts"

const ofMegabyte = makeWaitingAnswers(1_000_000)

describe("Answers that wait for their callers", () => {
  it.effect("leave room for more until they have as many bytes as they may", () =>
    Effect.gen(function* () {
      const answers = makeWaitingAnswers(100)
      const scope = yield* Scope.make()
      yield* Effect.forEach(["a", "b", "c"], (tenant) => Scope.provide(answers.hold(tenant, 33), scope))
      assert.isTrue(answers.hasRoom("d"))
      const last = yield* Scope.make()
      yield* Scope.provide(answers.hold("e", 1), last)
      assert.isFalse(answers.hasRoom("d"))
      yield* Scope.close(last, Exit.void)
      assert.isTrue(answers.hasRoom("d"))
    })
  )

  it.effect("of one tenant take half of the room, and leave the other half to others", () =>
    Effect.gen(function* () {
      const answers = makeWaitingAnswers(100)
      const scope = yield* Scope.make()
      yield* Scope.provide(answers.hold("a", 49), scope)
      assert.isTrue(answers.hasRoom("a"))
      yield* Scope.provide(answers.hold("a", 1), scope)
      assert.deepEqual([answers.hasRoom("a"), answers.hasRoom("b")], [false, true])
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(answers.hasRoom("a"))
    })
  )

  it.effect("count for the tenant that they were carried out for, for as long as they are written", () =>
    Effect.gen(function* () {
      const response = { status: 200, headers: {}, body_b64: "A".repeat(600_000) }
      const { body } = yield* executeAnswer("a", response)
      assert(body._tag === "Stream")
      const rooms = () => [ofMegabyte.hasRoom("a"), ofMegabyte.hasRoom("b")]
      const seen: Array<ReadonlyArray<boolean>> = []
      yield* Stream.runForEach(body.stream, () => Effect.sync(() => void seen.push(rooms())))
      assert.deepEqual(
        [seen[0], seen.at(-1), rooms()],
        [
          [false, true],
          [false, true],
          [true, true]
        ]
      )
    }).pipe(Effect.provide(layerWaitingAnswers(ofMegabyte)))
  )
})
