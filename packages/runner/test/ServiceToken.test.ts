import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Layer } from "effect"
import { layerConfig, ServiceToken } from "../src/ServiceToken.ts"

const withSettings = (settings: Record<string, string>) =>
  layerConfig.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(settings))))

const build = (settings: Record<string, string>) =>
  Effect.exit(Effect.scoped(Effect.provide(Effect.service(ServiceToken), withSettings(settings))))

describe("ServiceToken", () => {
  it.effect("accepts the token and nothing else", () =>
    Effect.gen(function* () {
      const { accepts, checked } = yield* ServiceToken
      assert.isTrue(checked)
      assert.isTrue(accepts("right"))
      for (const wrong of [undefined, "", "wrong", "righ", "right ", "RIGHT"]) assert.isFalse(accepts(wrong))
    }).pipe(Effect.provide(withSettings({ RUNNER_SERVICE_TOKEN: "right" })))
  )

  it.effect("refuses to start without a token", () =>
    Effect.gen(function* () {
      for (const settings of [{}, { RUNNER_SERVICE_TOKEN: "" }, { RUNNER_SERVICE_TOKEN: "  " }]) {
        assert.isTrue(Exit.isFailure(yield* build(settings)))
      }
    })
  )

  it.effect("refuses to start with a check that is neither on nor off", () =>
    Effect.gen(function* () {
      const settings = { RUNNER_SERVICE_TOKEN: "right", RUNNER_SERVICE_TOKEN_CHECK: "false" }
      assert.isTrue(Exit.isFailure(yield* build(settings)))
    })
  )

  it.effect("accepts every caller only when the check is switched off by name", () =>
    Effect.gen(function* () {
      const { accepts, checked } = yield* ServiceToken
      assert.isFalse(checked)
      assert.isTrue(accepts(undefined))
    }).pipe(Effect.provide(withSettings({ RUNNER_SERVICE_TOKEN_CHECK: "off" })))
  )
})
