import { Authorization, type Capability, type Invocation } from "@alga-psa/ext-domain"
import { Cause, Effect } from "effect"
import type { HostReply } from "../../HostCall.ts"

/** Replies that an interface gives without its port. */
export interface GateReplies {
  /** The capability is not effective. */
  readonly denied: HostReply
  /** Whether it is effective could not be found out. */
  readonly internal: HostReply
}

/** Lets an operation run only where the capability is effective for the current execution. */
export type Gated = <R>(
  replies: GateReplies,
  operation: Effect.Effect<HostReply, never, R>
) => Effect.Effect<HostReply, never, R | Invocation>

/** A gate for one capability over the given authorization. */
export const gateFor = (capability: Capability): Effect.Effect<Gated, never, Authorization> =>
  Effect.map(
    Authorization,
    (authorization): Gated =>
      (replies, operation) =>
        Effect.matchCauseEffect(authorization.requireCapability(capability), {
          onSuccess: () => operation,
          onFailure: (cause) => {
            if (Cause.hasInterrupts(cause)) return Effect.interrupt
            const failure = Cause.findErrorOption(cause)
            return failure._tag === "Some" && failure.value._tag === "NotAllowed"
              ? Effect.as(Effect.logInfo("host call denied", { capability }), replies.denied)
              : Effect.as(Effect.logError("the capability could not be checked", cause), replies.internal)
          }
        })
  )
