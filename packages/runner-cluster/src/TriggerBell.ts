import { Context, Effect, Latch, Layer } from "effect"

/** Rings when a trigger is due that this runner may begin, so that it need not wait for the next look. */
export class TriggerBell extends Context.Service<
  TriggerBell,
  { readonly ring: Effect.Effect<void> /** Waits for a ring, and takes it. */; readonly rung: Effect.Effect<void> }
>()("@alga-psa/ext-runner-cluster/TriggerBell") {}

/** The bell of this process. */
export const layer: Layer.Layer<TriggerBell> = Layer.sync(TriggerBell, () => {
  const latch = Latch.makeUnsafe(false)
  return TriggerBell.of({
    ring: Effect.asVoid(latch.open),
    // Taking the ring is the last step: who is interrupted before it leaves the ring for the next.
    rung: Effect.andThen(
      latch.await,
      Effect.sync(() => void latch.closeUnsafe())
    )
  })
})
