import { Archives, type Component, ComponentStore, makeIntake } from "@alga-psa/ext-adapters-wit"
import { Context, Effect, Layer } from "effect"
import * as Bundle from "./Bundle.ts"
import { type BundleKey, BundleStore } from "./BundleStore.ts"
import { IntakeAtOnce, partOfTenant } from "./IntakeSizes.ts"
import { type BundleFailure, isRefusal, runnerError } from "./internal/bundleFailure.ts"
import type { RunnerError } from "./RunnerError.ts"

/** How many accepted components are remembered. Beyond that the least recently used is read from its bundle again. */
const rememberedComponents = 1_000

/** How many bundles wait to be read, opened and taken in. */
export const waitingBundles = 256

/** The component of an installed bundle, accepted and ready to run. */
export class Components extends Context.Service<
  Components,
  {
    /**
     * Fails with `bundle_fetch_failed` or `overloaded`. A refusal of the archive or its component is
     * remembered by the content hash for five minutes. What has begun goes on when the caller leaves.
     */
    readonly get: (key: BundleKey) => Effect.Effect<Component, RunnerError>
    /** The same, where the files of the one that was got are gone. */
    readonly renew: (key: BundleKey, gone: Component) => Effect.Effect<Component, RunnerError>
  }
>()("@alga-psa/ext-runner/Components") {}

/** Components from the bundle store. */
export const layer: Layer.Layer<Components, never, BundleStore | ComponentStore | Archives> = Layer.effect(
  Components,
  Effect.gen(function* () {
    const store = yield* BundleStore
    const components = yield* ComponentStore
    const archives = yield* Archives
    const { bundles } = yield* IntakeAtOnce
    const intake = yield* makeIntake<Component, BundleFailure>({
      concurrency: bundles,
      concurrencyPerTenant: partOfTenant(bundles),
      queueLength: waitingBundles,
      kept: { entries: rememberedComponents },
      isRefusal
    })

    const fetch = Effect.fn("Components.fetch")(
      function* (key: BundleKey) {
        const archive = yield* store.read(key)
        const { component } = yield* Bundle.open(archive, key.hash)
        return yield* components.accept(component, key.tenant)
      },
      Effect.provideService(Archives, archives)
    )

    const nameOf = (key: BundleKey) => JSON.stringify([key.tenant, key.extension, key.hash])
    const get = (key: BundleKey) =>
      intake
        .get({ tenantId: key.tenant, name: nameOf(key), hash: key.hash }, fetch(key))
        .pipe(Effect.mapError(runnerError), Effect.tap(components.use))
    return Components.of({
      get,
      renew: (key, gone) =>
        components
          .forget(gone)
          .pipe(Effect.andThen(Effect.sync(() => intake.forget(nameOf(key)))), Effect.andThen(get(key)))
    })
  })
)
