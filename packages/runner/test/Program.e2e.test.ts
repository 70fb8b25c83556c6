import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { program } from "../testing/Program.ts"

describe("A program under test", () => {
  it.live("is heard by everybody who waits for a text", () =>
    Effect.gen(function* () {
      const saying = yield* program([], {}, ["/bin/sh", "-c", "echo first >&2; echo second >&2"])
      const texts = [/first/, /second/, /first/]
      yield* Effect.promise(() => Promise.all(texts.map(saying.said)))
      assert.deepEqual(yield* Effect.promise(() => saying.ended), { code: 0, errors: "first\nsecond\n" })
    })
  )

  it.live("fails everybody who waits for a text that it never wrote", () =>
    Effect.gen(function* () {
      const silent = yield* program([], {}, ["/bin/sh", "-c", "exit 3"])
      const heard = yield* Effect.promise(() => Promise.allSettled([/first/, /second/].map(silent.said)))
      assert.deepEqual(
        heard.map(({ status }) => status),
        ["rejected", "rejected"]
      )
    })
  )
})
