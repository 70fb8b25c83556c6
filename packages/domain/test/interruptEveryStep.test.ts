import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { interruptEveryStep } from "../testing/interruptEveryStep.ts"

/** Something that is counted, and at which steps an interrupt left it counted. */
const leaks = Effect.fnUntraced(function* (
  counting: (change: (by: number) => Effect.Effect<void>) => Effect.Effect<void>
) {
  let count = 0
  const left: Array<number> = []
  const effect = counting((by) =>
    Effect.sync(() => {
      count += by
    })
  )
  const steps = yield* interruptEveryStep(effect, ({ step }) =>
    Effect.sync(() => {
      if (count !== 0) left.push(step)
      count = 0
    })
  )
  return { left, steps }
})

const work = Effect.forEach([1, 2, 3], () => Effect.yieldNow, { discard: true })

describe("interrupts at every step", () => {
  it.live("find a count that an interrupt between two steps leaves", () =>
    Effect.gen(function* () {
      const { left, steps } = yield* leaks((change) =>
        Effect.gen(function* () {
          yield* change(1)
          yield* Effect.option(Effect.succeed(1))
          yield* Effect.ensuring(work, change(-1))
        })
      )
      assert.isAbove(steps, 5)
      assert.isNotEmpty(left)
    })
  )

  it.live("find nothing where it is taken and given back in one", () =>
    Effect.gen(function* () {
      const { left, steps } = yield* leaks((change) =>
        Effect.acquireUseRelease(
          change(1),
          () => work,
          () => change(-1)
        )
      )
      assert.isAbove(steps, 5)
      assert.deepStrictEqual(left, [])
    })
  )

  it.live("end with a run that was not interrupted", () =>
    Effect.gen(function* () {
      const exits: Array<boolean> = []
      yield* interruptEveryStep(Effect.as(work, "done"), ({ exit, reached }) =>
        Effect.sync(() => void exits.push(reached && Exit.isSuccess(exit)))
      )
      assert.isFalse(exits.at(-1))
      assert.isAbove(exits.length, 5)
    })
  )
})
