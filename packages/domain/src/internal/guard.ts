import { Effect } from "effect"
import { Authorization } from "../Authorization.ts"
import { type CallError, Internal } from "../CallError.ts"
import { DataSourceError } from "../DataSourceError.ts"
import { Invocation } from "../Invocation.ts"
import { audited } from "./audit.ts"
import { writers } from "./executions.ts"
import type { Coded, Operation, Steps } from "./operation.ts"

const isAnswer = <E>(error: E): error is Exclude<E, DataSourceError> => !(error instanceof DataSourceError)

/** Checks in their one order: capability, user and permission, input, and only then the port. */
export const guard = Effect.map(
  Authorization,
  (authorization) =>
    <Query, A, E extends Coded | DataSourceError>(
      operation: Operation,
      steps: Steps<Query, A, E>
    ): Effect.Effect<A, Exclude<E, DataSourceError> | CallError, Invocation> =>
      authorization.requireCapability(operation.capability).pipe(
        Effect.andThen(
          operation.permission === null ? Effect.succeed(null) : authorization.requirePermission(operation.permission)
        ),
        Effect.flatMap((subject) =>
          Effect.flatMap(steps.input, (query) =>
            Effect.flatMap(Invocation, (invocation) => {
              if (operation.access === "write") writers.add(invocation)
              return steps.run(invocation, query, subject)
            })
          )
        ),
        Effect.mapError((error) => (isAnswer(error) ? error : new Internal({ cause: error }))),
        Effect.catchDefect((cause) => Effect.fail(new Internal({ cause }))),
        (call) => audited(operation, call, steps)
      )
)
