import { guardedDoor } from "../internal/promise/guardedDoor.ts"
import { guardedReads } from "../internal/promise/guardedReads.ts"
import type { AuditRecord } from "./AuditRecord.ts"
import type { Reads } from "./Reads.ts"
import type { Source } from "./Source.ts"

/** For whom guarded reads are made: an install of a tenant, and the user who asks or what runs without one. */
export type Caller = {
  readonly tenant: string
  /** `tenant_extension_install.id`. */
  readonly install: string
  /** For the audit. */
  readonly requestId?: string
} & (
  | { readonly user: string; readonly trigger?: never }
  | { readonly trigger: "schedule" | "webhook"; readonly user?: never }
)

/** Reads that check what a host call of an extension checks. */
export interface OpenedGuardedReads {
  /**
   * The reads for this caller. Whether they may be made is asked anew for each call. It throws an `InvalidInputError` where an
   * id is not a UUID.
   */
  as(caller: Caller): Reads
  /** Waits for the calls that run, and ends the pool where it is the reads' own. Later calls fail with `ClosedError`. */
  close(): Promise<void>
}

/** Where to read, and who hears of it. */
export type GuardedSource = Source & {
  /**
   * Gets the record of each call, allowed or not, before the caller gets the answer. Where it throws or rejects, the call fails
   * with `AuditFailedError`. Default: one line of JSON on the standard output.
   */
  readonly audit?: (record: AuditRecord) => void | Promise<void>
}

/**
 * Opens guarded reads, over the same sources as `openReads`. For each call the install must be enabled and have the capability,
 * declared and granted; the user must be active and have the permission; a portal user sees their own client alone.
 *
 * @example
 * ```ts
 * const reads = openGuardedReads({ query: fromKnex(trx) }).as({ tenant, install, user })
 * const page = await reads.clients.list({ search: "north" })
 * ```
 */
export const openGuardedReads = ({ audit, ...source }: GuardedSource): OpenedGuardedReads =>
  guardedReads(guardedDoor(source as Source, audit ?? ((record) => console.log(JSON.stringify(record)))))
