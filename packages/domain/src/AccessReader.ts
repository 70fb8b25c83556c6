import { Context, type Effect } from "effect"
import type { AccessRecord } from "./AccessRecord.ts"
import type { InvalidInput } from "./CallError.ts"
import type { DataSourceError } from "./DataSourceError.ts"
import type { ExtensionId, InstallId, TenantId, UserId } from "./Identifiers.ts"

/** Which records of a tenant are asked for; null means any. */
export interface AccessFilter {
  readonly install: InstallId | null
  readonly user: UserId | null
  readonly operation: string | null
  readonly outcome: string | null
  /** From this time on, in milliseconds since 1970. */
  readonly from: number | null
  /** Before this time. */
  readonly until: number | null
}

/** All records of a tenant. */
export const everyAccess: AccessFilter = {
  install: null,
  user: null,
  operation: null,
  outcome: null,
  from: null,
  until: null
}

/** The most records of a page. */
export const mostAccessRecords = 1_000

/** The most rows of a summary. */
export const mostAccessSums = 10_000

/** Some records of a tenant. */
export interface AccessPage {
  readonly items: ReadonlyArray<AccessRecord>
  /** What `after` takes for the next page; null after the last. */
  readonly next: string | null
}

/** The sum of one operation of an install, for one user or trigger, with one outcome. */
export interface AccessSum {
  readonly extension: ExtensionId | null
  readonly install: InstallId | null
  readonly operation: string
  readonly capability: string | null
  readonly user: UserId | null
  readonly trigger: string | null
  readonly outcome: string
  readonly calls: number
  /** The sum of `resultCount`. */
  readonly results: number
  /** The times of the first and of the last record. */
  readonly first: string
  readonly last: string
}

/**
 * Reads the records that `AccessSink` kept.
 *
 * Guarantees, for every implementation:
 * - Only records of the tenant are read, counted or reported.
 * - Pages go from the newest record to the oldest. Each record is on one page, once, also where others are added meanwhile.
 * - A page has `most` records at most, and never more than {@link mostAccessRecords}.
 * - `after` is a place in time and gives no right: with another tenant it begins at the same time in that tenant's records.
 * - A summary is sorted by calls, most first, then by its other fields; it has {@link mostAccessSums} rows at most.
 */
export interface AccessReaderService {
  readonly list: (
    tenant: TenantId,
    filter: AccessFilter,
    page: { readonly after: string | null; readonly most: number }
  ) => Effect.Effect<AccessPage, DataSourceError | InvalidInput>
  readonly summary: (tenant: TenantId, filter: AccessFilter) => Effect.Effect<ReadonlyArray<AccessSum>, DataSourceError>
}

/** The port to records of guarded calls. */
export class AccessReader extends Context.Service<AccessReader, AccessReaderService>()(
  "@alga-psa/ext-domain/AccessReader"
) {}
