import { Context } from "effect"
import type { AccessRecord } from "./AccessRecord.ts"

/** The place of one call's record. */
export interface AccessSlot {
  /**
   * Called once the call is allowed and before anything is read or written. False where its record could not be kept, and the
   * deployment wants no access without one: then nothing is read.
   */
  readonly reserve: () => boolean
  /** Called once, when the call has ended, however it ended. Never fails and never waits. */
  readonly fill: (record: AccessRecord) => void
}

/** Keeps the records of guarded calls. */
export interface AccessSinkService {
  readonly open: () => AccessSlot
}

/** Where the guard leaves its records. Default: nowhere, beside the log. It counts when the guarded ports are built. */
export const AccessSink = Context.Reference<AccessSinkService | null>("@alga-psa/ext-domain/AccessSink", {
  defaultValue: () => null
})
