import { Effect } from "effect"
import { AccessSink, type AccessSlot } from "../AccessSink.ts"
import { Authorization } from "../Authorization.ts"
import { BeforeWrite } from "../BeforeWrite.ts"
import { type CallError, Internal, InvalidInput, NotAllowed } from "../CallError.ts"
import { DataSourceError } from "../DataSourceError.ts"
import { Invocation, type InvocationData } from "../Invocation.ts"
import { audited } from "./audit.ts"
import { unread, writers } from "./executions.ts"
import { callsAtZero, outcomesOf } from "./meters.ts"
import type { Coded, ErrorClass, Operation, Steps } from "./operation.ts"

const internal = (cause: unknown) => new Internal({ cause })

/** Keeps errors of these classes, and makes any other `internal`, whatever its type says. */
const only =
  <Known>(classes: ReadonlyArray<ErrorClass<Known>>) =>
  (error: unknown): Known | Internal =>
    classes.find((known): boolean => error instanceof known) === undefined ? internal(error) : (error as Known)

const onlyOfGuard = only<CallError>([NotAllowed, InvalidInput, Internal])

/** Says of an execution that it may write, before it does. */
const writing = (invocation: InvocationData) =>
  Effect.flatMap(BeforeWrite, (before) =>
    writers.has(invocation)
      ? Effect.void
      : Effect.andThen(
          before,
          Effect.sync(() => writers.add(invocation))
        )
  )

const noteUnread = (error: unknown) =>
  error instanceof Internal && error.cause instanceof DataSourceError && error.cause.retryable
    ? Effect.map(Invocation, (invocation) => unread.add(invocation))
    : Effect.void

const unrecorded = internal(
  new DataSourceError({
    reason: "unavailable",
    operation: "AccessSink.open",
    cause: new Error("access records cannot be kept now, and nothing is read without one")
  })
)

/** Checks in their one order: capability, user and permission, input, and only then the port. Leaves one record of each call. */
const guard = Effect.map(
  Effect.all([Authorization, AccessSink]),
  ([authorization, sink]) =>
    <Query, A, E extends Coded = never>(
      operation: Operation<E>,
      steps: Steps<Query, A, NoInfer<E> | DataSourceError>
    ): Effect.Effect<A, E | CallError, Invocation> => {
      const call = (slot: AccessSlot | null) =>
        authorization.requireCapability(operation.capability).pipe(
          Effect.andThen(
            operation.permission === null ? Effect.succeed(null) : authorization.requirePermission(operation.permission)
          ),
          Effect.flatMap((subject) =>
            Effect.flatMap(steps.input, (query) => {
              const refused = steps.notFor?.(query, subject) ?? null
              return refused === null ? Effect.succeed({ query, subject }) : Effect.fail(refused)
            })
          ),
          Effect.mapError(onlyOfGuard),
          Effect.flatMap(({ query, subject }) =>
            Effect.flatMap(Invocation, (invocation) => {
              if (slot?.reserve() === false) return Effect.fail(unrecorded)
              const mayWrite = operation.access !== "read" && steps.repeatable?.(query) !== true
              return Effect.andThen(
                mayWrite ? Effect.mapError(writing(invocation), internal) : Effect.void,
                Effect.mapError(steps.run(invocation, query, subject), only(operation.errors))
              )
            })
          ),
          Effect.catchDefect((cause) => Effect.fail(internal(cause))),
          Effect.tapError(noteUnread)
        )
      if (sink === null) return audited(operation, call(null), steps)
      return Effect.suspend(() => {
        const slot = sink.open()
        return audited(operation, call(slot), steps, slot.fill)
      })
    }
)

/** The guard for these operations, whose counters exist from then on. */
export const guardOf = (operations: ReadonlyArray<Operation>) =>
  Effect.andThen(
    Effect.forEach(operations, (operation) => callsAtZero(operation.name, outcomesOf(operation))),
    guard
  )
