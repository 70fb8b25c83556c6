import { UsedRights } from "@alga-psa/ext-domain"
import { Cause, Effect, Exit, Option, Schema } from "effect"
import { ExecuteResponse } from "./ExecuteResponse.ts"
import type { Outcome } from "./Execution.ts"
import { RunnerError } from "./RunnerError.ts"

const used = Schema.NullOr(UsedRights)

/**
 * What is kept of an execution that ran, with the rights that it rests on: what its handler answered, or how it failed. Rights
 * of null are not known, as those of another version.
 */
export const KeptAnswer = Schema.Union([
  Schema.Struct({ response: ExecuteResponse, used }),
  Schema.Struct({ failed: Schema.Struct({ code: RunnerError.fields.code, detail: Schema.String }), used })
])
export type KeptAnswer = typeof KeptAnswer.Type

/** What is kept of an execution that ended so; null where it never ran, or nobody can tell how it would have ended. */
export const keptOf = (exit: Exit.Exit<Outcome, RunnerError>): KeptAnswer | null => {
  if (Exit.isSuccess(exit)) return exit.value
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error?.ran === undefined) return null
  return { failed: { code: error.code, detail: error.detail }, used: error.ran }
}

/** Gives the answer as it was given first. */
export const given = (kept: KeptAnswer): Effect.Effect<ExecuteResponse, RunnerError> =>
  "failed" in kept ? Effect.fail(new RunnerError(kept.failed)) : Effect.succeed(kept.response)
