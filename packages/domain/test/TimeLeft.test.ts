import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TimeLeft } from "../src/TimeLeft.ts"

describe("TimeLeft", () => {
  it.effect("has no end where nobody says one", () =>
    Effect.gen(function* () {
      assert.isNull(yield* Effect.flatten(TimeLeft))
    })
  )

  it.effect("is asked for at the time of asking", () =>
    Effect.gen(function* () {
      let left = 100
      const reading = Effect.flatten(TimeLeft)
      const provided = Effect.provideService(
        reading,
        TimeLeft,
        Effect.sync(() => left)
      )
      assert.strictEqual(yield* provided, 100)
      left = 40
      assert.strictEqual(yield* provided, 40)
    })
  )
})
