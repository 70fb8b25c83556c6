import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option, Tracer } from "effect"
import { beginSpan, spanned } from "../src/Spanned.ts"

const traced = (sampled: boolean) => {
  const spans: Array<Tracer.NativeSpan> = []
  const ended: Array<string> = []
  const tracer = Tracer.make({
    span: (asked) => {
      const span = new (class extends Tracer.NativeSpan {
        override end(time: bigint, exit: Exit.Exit<unknown, unknown>) {
          ended.push(this.name)
          super.end(time, exit)
        }
      })({ ...asked, sampled })
      spans.push(span)
      return span
    }
  })
  return { ended, spans, tracer }
}

const work = Effect.gen(function* () {
  const end = yield* beginSpan("wait")
  yield* end(Exit.void)
  yield* end(Exit.fail("twice"))
  return "done"
}).pipe(spanned("work"))

describe("spanned", () => {
  it.effect("gives spans where a tracer keeps them, each within the one around it and ended once", () =>
    Effect.gen(function* () {
      const { ended, spans, tracer } = traced(true)
      yield* Effect.withSpan(work, "around").pipe(Effect.provideService(Tracer.Tracer, tracer))
      assert.deepStrictEqual(
        spans.map(({ name, status }) => [name, status._tag === "Ended" && Exit.isSuccess(status.exit)]),
        [
          ["around", true],
          ["work", true],
          ["wait", true]
        ]
      )
      assert.deepStrictEqual(ended, ["wait", "work", "around"])
      const outer = yield* Effect.provideService(work, Tracer.Tracer, tracer)
      assert.strictEqual(outer, "done")
      assert.lengthOf(spans, 5)
    })
  )

  it.effect("gives none without a tracer, nor in a trace that is not sampled", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* work, "done")
      assert.isTrue(Option.isNone(yield* spanned("work")(Effect.option(Effect.currentSpan))))
      const { spans, tracer } = traced(false)
      yield* Effect.withSpan(work, "around").pipe(Effect.provideService(Tracer.Tracer, tracer))
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["around"]
      )
    })
  )
})
