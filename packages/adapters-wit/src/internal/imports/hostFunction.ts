import { Internal, InvalidInput, metered, NotAllowed } from "@alga-psa/ext-domain"
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

/** An error that names its case. */
interface Coded {
  readonly code: string
}

/** The error's case, which the interface has. */
const byCode = ({ code }: Coded): HostReply => error(code)

/** The reply to a call: its value, or what its error is to the guest. A defect is logged, and `internal`. */
export const replyOr = <A, E, R>(
  call: Effect.Effect<A, E, R>,
  refusal: (error: E | Internal) => HostReply
): Effect.Effect<HostReply, never, R> =>
  call.pipe(
    Effect.map(ok),
    Effect.catch((failure) => Effect.succeed(refusal(failure))),
    Effect.catchDefect((cause) =>
      Effect.as(Effect.logError("a host call failed", cause), refusal(new Internal({ cause })))
    )
  )

/** The reply to a call whose errors are cases of its interface. */
export const reply = <A, E extends Coded, R>(call: Effect.Effect<A, E, R>): Effect.Effect<HostReply, never, R> =>
  replyOr(call, byCode)

/** Errors of the guard by the interface's own cases, where these have other names. */
export const renamed =
  (cases: Readonly<Record<"not-allowed" | "invalid-input", string>>) =>
  (failure: Coded): HostReply =>
    error(failure instanceof NotAllowed || failure instanceof InvalidInput ? cases[failure.code] : failure.code)

/** A call that every install may make, counted and timed under this name. */
export const always = <R>(operation: string, call: Effect.Effect<HostReply, never, R>) =>
  metered(operation, call, (answer) => (answer.type === "ok" ? "ok" : answer.value))
