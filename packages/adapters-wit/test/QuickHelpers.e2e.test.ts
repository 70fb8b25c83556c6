import { Buffer } from "node:buffer"
import { readFile } from "node:fs/promises"
import { assert, describe, layer, it as test } from "@effect/vitest"
import { Effect } from "effect"
import { ComponentStore, ok } from "../src/index.ts"
import { GlueEncoder } from "../src/internal/child/GlueEncoder.ts"
import { withQuickHelpers } from "../src/internal/child/QuickHelpers.ts"
import { type Engine, scriptGuest } from "./support/Guests.ts"
import { run, sandboxOf } from "./support/Run.ts"

const engines: ReadonlyArray<{ readonly engine: Engine }> = [{ engine: "quickjs" }, { engine: "starlingmonkey" }]
const halves = ["\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "\ud83d\ud83d\ude00"]
/** The last but one makes its guest's memory grow. */
const texts = ["", "a", "\0", "ä", "東京", "😀", "x".repeat(100), "é".repeat(100_000), ...halves, "behind"]

layer(sandboxOf(), { excludeTestServices: true })("The glue of a component", (it) => {
  it.effect.each(engines)("on $engine has quick helpers", ({ engine }) =>
    Effect.gen(function* () {
      const store = yield* ComponentStore
      const component = yield* store.accept(yield* Effect.promise(() => scriptGuest(engine)))
      const glue = yield* Effect.promise(() => readFile(component.glue, "utf8"))
      assert.include(glue, "TEXT_ENCODER_UTF8.byteLength(s)")
      // What has them already has not the text of jco any more.
      assert.strictEqual(withQuickHelpers(glue), glue)
    })
  )

  it.effect.each(engines)("on $engine passes every text on, again and again", ({ engine }) =>
    Effect.gen(function* () {
      const calls = texts.map(() => ({ interface: "secrets", function: "get", args: ["key"] }))
      for (let i = 0; i < 2; i++) {
        const answers = texts.values()
        const response = yield* run(scriptGuest(engine), {
          body: Buffer.from(JSON.stringify(calls)),
          limits: { hostCalls: texts.length },
          host: () => Effect.sync(() => ok(answers.next().value ?? null))
        })
        const expected = texts.map((text) => ({ ok: text.toWellFormed() }))
        assert.deepEqual(JSON.parse(Buffer.from(response.body ?? []).toString()), expected)
      }
    })
  )

  it("is left as it is where it is another's", () => {
    const dataView = "\n  const dataView = mem => dv.buffer === mem.buffer ? dv : dv = new DataView(mem.buffer);\n"
    for (const glue of ["", dataView, dataView + dataView]) assert.strictEqual(withQuickHelpers(glue), glue)
  })
})

describe("Its encoder", () => {
  test("writes no more than there is room for, nothing outside, and a half of a letter not at all", () => {
    const encoder = new GlueEncoder()
    const memory = new ArrayBuffer(8)
    assert.strictEqual(encoder.write("aé", memory, 5, 3), 3)
    assert.strictEqual(encoder.write("aé", memory, 0, 2), 1)
    assert.deepEqual([...new Uint8Array(memory)], [97, 0, 0, 0, 0, 97, 0xc3, 0xa9])
    for (const at of [9, -1, 2 ** 31]) assert.throws(() => encoder.write("a", memory, at, 1), RangeError)
    assert.strictEqual(encoder.write("abc", memory, 6, 3), 2)
  })
})
