import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, PubSub, Redacted, Stream } from "effect"
import { layerTokens, layerUnchecked, ServiceToken, type Tokens } from "../src/ServiceToken.ts"

const present = Redacted.make("present")
const previous = Redacted.make("previous")

/** Lets other fibers run until the condition holds. */
const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (condition() ? Effect.void : Effect.andThen(Effect.yieldNow, until(condition))))

describe("ServiceToken", () => {
  it.effect("accepts the token and nothing else", () =>
    Effect.gen(function* () {
      const { accepts, checked } = yield* ServiceToken
      assert.isTrue(checked)
      assert.isTrue(accepts("present"))
      for (const wrong of [undefined, "", "wrong", "presen", "present ", "PRESENT", "previous"]) {
        assert.isFalse(accepts(wrong))
      }
    }).pipe(Effect.provide(layerTokens([present])))
  )

  it.effect("accepts the token before it too, while both are set", () =>
    Effect.gen(function* () {
      const { accepts } = yield* ServiceToken
      assert.deepStrictEqual(["present", "previous", "wrong", "presentprevious"].map(accepts), [
        true,
        true,
        false,
        false
      ])
    }).pipe(Effect.provide(layerTokens([present, previous])))
  )

  it.effect("takes other tokens when they are read again, and keeps its own when they cannot be", () =>
    Effect.gen(function* () {
      const reloads = yield* PubSub.unbounded<Effect.Effect<Tokens, string>>({ replay: 2 })
      const token = yield* Layer.build(layerTokens([previous], Stream.fromPubSub(reloads)))
      yield* Effect.gen(function* () {
        const { accepts } = yield* ServiceToken
        assert.deepStrictEqual(["present", "previous"].map(accepts), [false, true])
        yield* PubSub.publish(reloads, Effect.succeed<Tokens>([present]))
        yield* until(() => accepts("present"))
        assert.isFalse(accepts("previous"))
        yield* PubSub.publish(reloads, Effect.fail("unreadable"))
        yield* PubSub.publish(reloads, Effect.succeed<Tokens>([present, previous]))
        assert.isTrue(accepts("present"))
        yield* until(() => accepts("previous"))
      }).pipe(Effect.provide(token))
    }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("accepts every caller only when the check is switched off", () =>
    Effect.gen(function* () {
      const { accepts, checked } = yield* ServiceToken
      assert.isFalse(checked)
      assert.isTrue(accepts(undefined))
    }).pipe(Effect.provide([layerUnchecked, Logger.layer([])]))
  )
})
