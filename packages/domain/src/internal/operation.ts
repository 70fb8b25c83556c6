import type { Effect } from "effect"
import type { InvalidInput } from "../CallError.ts"
import type { Capability } from "../Capability.ts"
import type { Invocation, InvocationData } from "../Invocation.ts"
import type { Permission } from "../Permission.ts"
import type { RbacSubject } from "../RbacCheck.ts"

/** An error that names its case. */
export interface Coded {
  readonly code: string
  readonly cause?: unknown
}

/** A class of errors. */
export type ErrorClass<E> = abstract new (...args: never) => E

/** The class of an interface's own error, with its cases. */
export type PortErrorClass<E> = ErrorClass<E> & {
  readonly fields: { readonly code: { readonly literals: ReadonlyArray<string> } }
}

/** A guarded operation: its name in logs and metrics, its span, what it takes, and how its port may fail. */
export interface Operation<E extends Coded = Coded> {
  readonly name: string
  readonly span: string
  /** A `write` may change something, or tell somebody outside: the host repeats no execution with one, unless it is {@link Steps.repeatable}. */
  readonly access: "read" | "write"
  readonly capability: Capability
  /** Null where the capability alone decides, whoever the user is. */
  readonly permission: Permission | null
  /** The errors of its port that a caller sees. Any other is internal. */
  readonly errors: ReadonlyArray<PortErrorClass<E>>
  /** Whether a result can say that nothing was done; see {@link Steps.refused}. */
  readonly refuses?: true
}

/** What an operation does once it is allowed. */
export interface Steps<Query, A, E> {
  readonly input: Effect.Effect<Query, InvalidInput>
  /** Why the input is invalid for this user; null where it is not. Default: who asks makes no difference. */
  readonly notFor?: (query: Query, subject: RbacSubject | null) => InvalidInput | null
  readonly run: (
    invocation: InvocationData,
    query: Query,
    /** The user whose permission was checked, or null where there is none. */
    subject: RbacSubject | null
  ) => Effect.Effect<A, E, Invocation>
  /**
   * Whether a `write` of this input changes nothing. A condition is not enough: a handler that runs again makes the call anew, with
   * what it reads then. Default: none is.
   */
  readonly repeatable?: (query: Query) => boolean
  /** How many records the result holds, or how many were written. */
  readonly count: (result: A) => number
  /** Whether a result says that nothing was done, where the world has no error for it. Default: none does. */
  readonly refused?: (result: A) => boolean
}
