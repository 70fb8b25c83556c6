import { Context, Effect, Layer, Option, type Scope } from "effect"

/** A part that the runner can do without: it takes work while this is away, and says so. */
export interface FurtherPart {
  /** Its name at `/readyz` and in metrics. */
  readonly name: string
  readonly check: Effect.Effect<unknown, unknown>
}

/** What a deployment has beside the parts that every execution needs, such as a replica. */
export class FurtherParts extends Context.Service<
  FurtherParts,
  {
    /** Adds one until the scope ends. */
    readonly add: (part: FurtherPart) => Effect.Effect<void, never, Scope.Scope>
    readonly all: () => ReadonlyArray<FurtherPart>
  }
>()("@alga-psa/ext-runner/FurtherParts") {}

/** None at first. */
export const layer: Layer.Layer<FurtherParts> = Layer.sync(FurtherParts, () => {
  const parts = new Set<FurtherPart>()
  return {
    add: (part) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => parts.add(part)),
          () => Effect.sync(() => parts.delete(part))
        )
      ),
    all: () => [...parts]
  }
})

/** Has `/readyz` tell of the part until the scope ends, where there is a runner that tells. */
export const tellOf = (part: FurtherPart): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(
    Effect.serviceOption(FurtherParts),
    Option.match({ onNone: () => Effect.void, onSome: ({ add }) => add(part) })
  )
