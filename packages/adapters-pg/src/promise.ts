/**
 * The same reads with plain promises, over a URL, a pool of your own or an open transaction.
 *
 * @module @alga-psa/ext-adapters-pg/promise
 */
export * from "./promise/AuditRecord.ts"
export * from "./promise/Caller.ts"
export * from "./promise/OpenGuardedReads.ts"
export * from "./promise/OpenReads.ts"
export * from "./promise/Page.ts"
export * from "./promise/QueryFunction.ts"
export * from "./promise/Reads.ts"
export * from "./promise/ReadsError.ts"
export * from "./promise/Resources.ts"
export * from "./promise/Source.ts"
