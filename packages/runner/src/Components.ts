import { type Component, ComponentStore } from "@alga-psa/ext-adapters-wit"
import { unknownCapabilities } from "@alga-psa/ext-domain"
import { Cache, Context, Duration, Effect, Exit, Layer } from "effect"
import * as Bundle from "./Bundle.ts"
import { type BundleKey, BundleStore } from "./BundleStore.ts"
import { fail, type RunnerError } from "./RunnerError.ts"
import { SeenBundles } from "./SeenBundles.ts"

/** How many accepted components are remembered. Beyond that the least recently used is read from its bundle again. */
export const rememberedComponents = 1_000

/** The component of an installed bundle, accepted and ready to run. */
export class Components extends Context.Service<
  Components,
  {
    /** Fails with `bundle_fetch_failed` or `unknown_capabilities`. A failure is not remembered. */
    readonly get: (key: BundleKey) => Effect.Effect<Component, RunnerError>
    /** The same, where the files of the one that was got are gone. */
    readonly renew: (key: BundleKey, gone: Component) => Effect.Effect<Component, RunnerError>
  }
>()("@alga-psa/ext-runner/Components") {}

/** Components from the bundle store. */
export const layer: Layer.Layer<Components, never, BundleStore | ComponentStore | SeenBundles> = Layer.effect(
  Components,
  Effect.gen(function* () {
    const store = yield* BundleStore
    const intake = yield* ComponentStore
    const seen = yield* SeenBundles

    const fetch = Effect.fn("Components.fetch")(
      function* (key: BundleKey) {
        const archive = yield* store.read(key)
        const { component, manifest } = yield* Bundle.open(archive, key.hash)
        const unknown = unknownCapabilities(manifest.capabilities)
        if (unknown.length > 0) return yield* fail("unknown_capabilities", unknown.join(", "))
        return yield* intake.accept(component)
      },
      Effect.catchTags({
        BundleStoreError: (error) => Effect.fail(fail("bundle_fetch_failed", error.message, error.cause)),
        BundleInvalid: (error) => Effect.fail(fail("bundle_fetch_failed", error.message, error.cause)),
        ComponentRefused: (error) => Effect.fail(fail("bundle_fetch_failed", `component refused: ${error.message}`)),
        ComponentStoreError: (error) => Effect.fail(fail("internal", "", error))
      })
    )

    const cache = yield* Cache.makeWith((name: string) => fetch(parse(name)), {
      capacity: rememberedComponents,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
    })
    const get = (key: BundleKey) =>
      Effect.tap(Cache.get(cache, JSON.stringify(key)), (component) =>
        Effect.andThen(seen.note(key), intake.use(component))
      )
    return Components.of({
      get,
      renew: (key, gone) =>
        intake.forget(gone).pipe(Effect.andThen(Cache.invalidate(cache, JSON.stringify(key))), Effect.andThen(get(key)))
    })
  })
)

const parse = (name: string): BundleKey => JSON.parse(name)
