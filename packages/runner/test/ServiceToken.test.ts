import { until } from "@alga-psa/ext-domain/testing/EventLoop"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, PubSub, Redacted, Stream } from "effect"
import {
  layerToken,
  layerTokens,
  layerUnchecked,
  ServiceToken,
  serviceTokenHeader,
  type Tokens
} from "../src/ServiceToken.ts"

const present = Redacted.make("present")
const previous = Redacted.make("previous")

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

  it.effect("says in the log that the tokens were read again and how many there are, or that they stay", () => {
    const lines: Array<readonly [level: string, message: unknown, annotations: unknown]> = []
    const logger = Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
      lines.push([level, Array.isArray(message) ? message[0] : message, annotations])
    })
    const reloads = Stream.make(Effect.succeed<Tokens>([present, previous]), Effect.fail("unreadable"))
    return Effect.gen(function* () {
      yield* until(() => lines.length === 2)
      assert.deepStrictEqual(lines, [
        ["INFO", "the service tokens were read again", { tokens: 2 }],
        ["ERROR", "the service tokens stay: the settings cannot be read again", {}]
      ])
    }).pipe(Effect.provide(layerTokens([previous], reloads)), Effect.provide(Logger.layer([logger])))
  })

  it.effect("accepts the one token that it is given", () =>
    Effect.gen(function* () {
      const { accepts } = yield* ServiceToken
      assert.deepStrictEqual(["present", "previous"].map(accepts), [true, false])
    }).pipe(Effect.provide(layerToken(present)))
  )

  it("is carried by the header that today's callers send", () => {
    assert.strictEqual(serviceTokenHeader, "x-runner-service-token")
  })

  it.effect("accepts every caller only when the check is switched off, and says so in the log", () => {
    const lines: Array<unknown> = []
    const logger = Logger.map(Logger.formatStructured, ({ level, message }) => lines.push(level, message))
    return Effect.gen(function* () {
      const { accepts, checked } = yield* ServiceToken
      assert.isFalse(checked)
      assert.isTrue(accepts(undefined))
      assert.deepStrictEqual(lines, ["WARN", "the service token check is off: every caller is accepted"])
    }).pipe(Effect.provide(layerUnchecked), Effect.provide(Logger.layer([logger])))
  })
})
