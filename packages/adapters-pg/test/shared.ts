import { afterAll } from "@effect/vitest"
import { Layer, ManagedRuntime } from "effect"

/** A layer whose parts are built once for all suites of the file, and released after the last. */
export const shared = <R, E>(layer: Layer.Layer<R, E>): Layer.Layer<R, E> => {
  const runtime = ManagedRuntime.make(layer)
  afterAll(() => runtime.dispose())
  return Layer.effectContext(runtime.contextEffect)
}
