import { Capability, parseCapabilities } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

const withoutUser: ReadonlySet<string> = new Set(["schedule", "webhook"])

/** Capabilities whose reads are bounded by the user's permissions, where there is a user. */
const boundedByUser: ReadonlySet<Capability> = new Set(["cap:client.read", "cap:service.read"])

const startsWithoutUser = ({ context }: ExecuteRequest): boolean =>
  Boolean(context.schedule_id) || withoutUser.has(context.trigger?.trim().toLowerCase() ?? "")

/**
 * Refuses a schedule's execution that names a user: it is one or the other. A `trigger` beside a user changes nothing, the
 * user's permissions count.
 */
export const checkOrigin = ({ context, user }: ExecuteRequest): Effect.Effect<void, RunnerError> =>
  context.schedule_id && user
    ? Effect.fail(fail("invalid_request", "user: an execution of a schedule has no user"))
    : Effect.void

/**
 * The capabilities that an execution is restricted to, or null. An execution that has no user and does not say that it
 * comes from a schedule or a webhook may run, but reads nothing that a user's permissions bound: leaving the user out
 * of a request gains nothing.
 */
export const restriction = (request: ExecuteRequest): ReadonlySet<Capability> | null => {
  const named = request.providers ? parseCapabilities(request.providers) : null
  if (request.user || startsWithoutUser(request)) return named
  return new Set((named ? [...named] : Capability.literals).filter((name) => !boundedByUser.has(name)))
}
