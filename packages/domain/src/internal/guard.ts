import { Effect } from "effect"
import { Authorization } from "../Authorization.ts"
import type { Capability } from "../Capability.ts"
import type { DataSourceError } from "../DataSourceError.ts"
import { Invocation, type InvocationData } from "../Invocation.ts"
import type { Permission } from "../Permission.ts"
import type { RbacSubject } from "../RbacCheck.ts"
import { Internal, type InvalidInput, type ReadError } from "../ReadError.ts"
import { audited } from "./audit.ts"

/** A guarded operation: its name in logs and metrics, its span, and what it takes. */
export interface Operation {
  readonly name: string
  readonly span: string
  readonly capability: Capability
  readonly permission: Permission
}

/** What an operation does once it is allowed. */
export interface Steps<Query, A> {
  readonly input: Effect.Effect<Query, InvalidInput>
  readonly read: (
    invocation: InvocationData,
    query: Query,
    /** The user behind the execution, or null when there is none. */
    subject: RbacSubject | null
  ) => Effect.Effect<A, DataSourceError>
  /** How many records the result holds. */
  readonly count: (result: A) => number
}

/** Checks in their one order: capability, user and permission, input, and only then the read. */
export const guard = Effect.map(
  Authorization,
  (authorization) =>
    <Query, A>(operation: Operation, steps: Steps<Query, A>): Effect.Effect<A, ReadError, Invocation> =>
      authorization.requireCapability(operation.capability).pipe(
        Effect.andThen(authorization.requirePermission(operation.permission)),
        Effect.flatMap((subject) =>
          Effect.flatMap(steps.input, (query) =>
            Effect.flatMap(Invocation, (invocation) => steps.read(invocation, query, subject))
          )
        ),
        Effect.catchTag("DataSourceError", (cause) => Effect.fail(new Internal({ cause }))),
        Effect.catchDefect((cause) => Effect.fail(new Internal({ cause }))),
        (read) => audited(operation, read, steps.count)
      )
)
