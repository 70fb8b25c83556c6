import { Effect } from "effect"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

/**
 * Refuses a schedule's execution that names a user: it is one or the other. Nothing else in a request decides whether
 * there is a user: a `trigger` beside one changes nothing, the user's permissions count.
 */
export const checkOrigin = ({ context, user }: ExecuteRequest): Effect.Effect<void, RunnerError> =>
  context.schedule_id && user
    ? Effect.fail(fail("invalid_request", "user: an execution of a schedule has no user"))
    : Effect.void
