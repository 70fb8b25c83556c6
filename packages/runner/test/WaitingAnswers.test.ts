import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { makeWaitingAnswers } from "../src/WaitingAnswers.ts"

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
})
