import { Effect, Schema } from "effect"
import { error, type HostReply, ok, ProtocolViolation } from "../../HostCall.ts"

/** Answers one function of an interface. */
export type HostFunction<R> = (args: ReadonlyArray<unknown>) => Effect.Effect<HostReply, ProtocolViolation, R>

/** The functions of one interface by their names in camelCase. */
export type HostInterface<R> = ReadonlyMap<string, HostFunction<R>>

/** An interface of the given functions. */
export const hostInterface = <R>(functions: Readonly<Record<string, HostFunction<R>>>): HostInterface<R> =>
  new Map(Object.entries(functions))

/**
 * A function whose arguments are decoded before it runs. They come from the guest's side of the pipe: what does not fit
 * the WIT types can only come from a process that is not ours any more.
 */
export const hostFunction = <A, R>(
  args: Schema.ConstraintDecoder<A>,
  run: (args: A) => Effect.Effect<HostReply, never, R>
): HostFunction<R> => {
  const decode = Schema.decodeUnknownEffect(args)
  return (raw) =>
    Effect.flatMap(
      Effect.mapError(decode(raw), () => new ProtocolViolation({ detail: "arguments of another type" })),
      run
    )
}

/** An error that names its WIT case. */
interface Coded {
  readonly code: string
}

/** The reply to an operation of a port: its value, its error's case, or `broken` for a defect, which is logged. */
export const reply = <A, E extends Coded, R>(
  operation: Effect.Effect<A, E, R>,
  broken: HostReply
): Effect.Effect<HostReply, never, R> =>
  operation.pipe(
    Effect.map(ok),
    Effect.catch(({ code }) => Effect.succeed(error(code))),
    Effect.catchDefect((defect) => Effect.as(Effect.logError("a host call failed", defect), broken))
  )
