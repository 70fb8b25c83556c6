import { Clock, Context, Effect, type Exit, type Fiber, Tracer } from "effect"

/** Whether somebody keeps the spans of the present trace. One that is not sampled stays so in all of its spans. */
const isKept = ({ context }: Fiber.Fiber<unknown, unknown>): boolean => {
  if (Context.get(context, Tracer.Tracer) === Tracer.nativeTracer) return false
  const above = Context.getOrUndefined(context, Tracer.ParentSpan)
  return above?._tag !== "Span" || above.sampled
}

/** Gives an effect a span where somebody keeps it. Elsewhere it costs nothing, and belongs to the span around it. */
export const spanned =
  (name: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withFiber((fiber) =>
      isKept(fiber)
        ? (Effect.withSpan(name, undefined, { captureStackTrace: false })(effect) as Effect.Effect<A, E, R>)
        : effect
    )

/** Ends a span with what came of it; once. */
export type EndSpan = (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>

const endNothing: EndSpan = () => Effect.void

/** Begins a span where somebody keeps it, for what is no effect of its own. */
export const beginSpan = (name: string): Effect.Effect<EndSpan> =>
  Effect.withFiber((fiber) =>
    isKept(fiber)
      ? Effect.map(
          Effect.makeSpan(name),
          (span): EndSpan =>
            (exit) =>
              Effect.map(Clock.currentTimeNanos, (now) => {
                if (span.status._tag === "Started") span.end(now, exit)
              })
        )
      : Effect.succeed(endNothing)
  )
