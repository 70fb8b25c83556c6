import type { Effect } from "effect"
import type { CallError } from "./CallError.ts"
import type { Invocation } from "./Invocation.ts"

/**
 * A port as an extension's execution may call it: the same functions, behind the guard. Each checks the capability, then the
 * input, and only then asks the port; it may fail with a {@link CallError} too.
 */
export type Guarded<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends Effect.Effect<infer A, infer E, infer _R>
    ? Effect.Effect<A, E | CallError, Invocation>
    : Port[Name] extends (...args: infer Args) => Effect.Effect<infer A, infer E, infer _R>
      ? (...args: Args) => Effect.Effect<A, E | CallError, Invocation>
      : never
}
