import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { gatheredCharacters, layer } from "../src/LogLines.ts"

const messages = (written: ReadonlyArray<string>) =>
  written.map((lines) =>
    lines
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).message)
  )

describe("log lines", () => {
  it.live("are written together, in order, whole, and at the latest when the scope closes", () =>
    Effect.gen(function* () {
      const written: Array<string> = []
      const first = new Promise<void>((resolve) => {
        Effect.runPromise(
          Effect.gen(function* () {
            yield* Effect.log("a")
            yield* Effect.log("b")
            assert.isEmpty(written)
            while (written.length === 0) yield* Effect.sleep("5 millis")
            yield* Effect.log("c")
          }).pipe(Effect.provide(layer((lines) => void written.push(lines))))
        ).then(resolve)
      })
      yield* Effect.promise(() => first)
      assert.deepStrictEqual(messages(written), [["a", "b"], ["c"]])
      assert.isTrue(written.every((lines) => lines.endsWith("\n")))
    })
  )

  it.live("do not pile up", () =>
    Effect.gen(function* () {
      const written: Array<string> = []
      yield* Effect.gen(function* () {
        yield* Effect.log("x".repeat(gatheredCharacters))
        assert.strictEqual(written.length, 1)
      }).pipe(Effect.provide(layer((lines) => void written.push(lines))))
      assert.strictEqual(written.length, 1)
    })
  )
})
