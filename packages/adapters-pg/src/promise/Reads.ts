import type { Caller } from "./Caller.ts"
import type { Reads } from "./Resources.ts"

/** Reads with the tenant as the first argument of each call. */
export type OfTenant<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Found
    ? (tenant: string, ...args: Args) => Found
    : never
}

type ReadsOfTenant = { readonly [Name in keyof Reads]: OfTenant<Reads[Name]> }

/** Reads of every resource, in any tenant. They check no right. */
export interface OpenedReads extends ReadsOfTenant {
  /** Waits for the calls that run, and ends the pool where it is the reads' own. Later calls fail with `ClosedError`. */
  close(): Promise<void>
}

/** Reads that check what a host call of an extension checks. */
export interface OpenedGuardedReads {
  /**
   * The reads for this caller. Whether they may be made is checked again for each call. It throws an
   * `InvalidInputError` where an id is not a UUID.
   */
  as(caller: Caller): Reads
  /** Waits for the calls that run, and ends the pool where it is the reads' own. Later calls fail with `ClosedError`. */
  close(): Promise<void>
}
