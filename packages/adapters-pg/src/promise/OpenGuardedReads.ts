import { guardedDoor } from "../internal/promise/guardedDoor.ts"
import { guardedReads } from "../internal/promise/guardedReads.ts"
import type { AuditRecord } from "./AuditRecord.ts"
import type { OpenedGuardedReads } from "./Reads.ts"
import type { Source } from "./Source.ts"

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
