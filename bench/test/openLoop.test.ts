import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { openLoop } from "../src/installs/OpenLoop.ts"
import { zipf } from "../src/installs/Zipf.ts"
import { numbers } from "../src/Numbers.ts"

describe("A Zipf law", () => {
  it("draws each place as often as its number says", () => {
    const draw = zipf(4, numbers())
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 100_000; i++) {
      const place = draw()
      counts[place] = (counts[place] ?? 0) + 1
    }
    const first = counts[0] ?? 0
    for (const [at, count] of counts.entries()) assert.approximately(count / first, 1 / (at + 1), 0.02)
  })
})

describe("Calls at a rate", () => {
  it.live("go on though those before are not answered, and count those that fail", () =>
    Effect.gen(function* () {
      let begun = 0
      const third = yield* Deferred.make<void>()
      const call = Effect.gen(function* () {
        begun += 1
        const isFailure = begun % 2 === 0
        if (begun === 3) yield* Deferred.succeed(third, undefined)
        if (begun === 1) yield* Deferred.await(third)
        if (isFailure) yield* Effect.fail("no")
      })
      const { durations, failed } = yield* openLoop(() => call, 100_000, 20, numbers())
      assert.isAbove(begun, 2)
      assert.deepStrictEqual([durations.length, failed], [Math.ceil(begun / 2), Math.floor(begun / 2)])
    })
  )
})
