import {
  Authorization,
  asExecution,
  type InstallUnavailable,
  type InvocationData,
  type UsedRights
} from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import { ofData, ofInstall } from "./internal/refusals.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

/** Decides who may have an answer that was kept. */
export class AnswerRights extends Context.Service<
  AnswerRights,
  {
    /**
     * Succeeds if this execution, run now, would have everything that the kept answer rests on. Its install and user
     * must pass the checks of a run, and each capability and permission that was used must still be there. Otherwise it
     * fails with a status of 403, or with that of data that could not be read. Runs nothing.
     */
    readonly mayHave: (execution: InvocationData, used: UsedRights | null) => Effect.Effect<void, RunnerError>
  }
>()("@alga-psa/ext-runner/AnswerRights") {}

const refuse = (cause?: unknown) =>
  fail("not_allowed", "the answer that is kept rests on a right that is no longer there", cause)

const gone = (error: InstallUnavailable) => (error.reason === "unknown" ? refuse(error) : ofInstall(error))

/** By the same authorization as executions. */
export const layer: Layer.Layer<AnswerRights, never, Authorization> = Layer.effect(
  AnswerRights,
  Effect.map(Authorization, (authorization) =>
    AnswerRights.of({
      mayHave: (execution, used) =>
        used === null
          ? Effect.fail(refuse("a runner of another version kept it"))
          : authorization.requireStill(used).pipe(
              asExecution(execution),
              Effect.catchTags({
                InstallUnavailable: (error) => Effect.fail(gone(error)),
                NotAllowed: (error) => Effect.fail(refuse(error)),
                DataSourceError: (error) => Effect.fail(ofData(error))
              })
            )
    })
  )
)
