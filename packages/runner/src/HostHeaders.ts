import { hostHeadersOf } from "@alga-psa/ext-adapters-wit/HostHeaders"
import { type InstallAccess, Invocation, isEffective } from "@alga-psa/ext-domain"
import { Clock, Effect } from "effect"
import { Deadline } from "./Deadline.ts"

/** When the request was taken, in milliseconds since 1970: the present deadline began then. */
const taken = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const deadline = yield* Deadline
  if (deadline === null) return now
  // The clock leaves out fractions of a millisecond: rounded down, a request could be taken before it was sent.
  return Math.ceil(now - Number((yield* Clock.monotonicTimeNanos) - deadline.started) / 1e6)
})

/**
 * What the host tells the handler of an execution: its effective capabilities, when it was taken, and random bytes that no
 * other execution gets. They go to the guest and nowhere else.
 */
export const hostHeaders = Effect.fnUntraced(function* (access: InstallAccess) {
  const invocation = yield* Invocation
  const effective = [...access.capabilities].filter((name) => isEffective(access, invocation, name))
  return hostHeadersOf(effective, yield* taken)
})
