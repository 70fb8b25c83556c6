/**
 * The reads over Alga's tables on a PostgreSQL server, for programs of Effect.
 *
 * @module @alga-psa/ext-adapters-pg
 */
export * from "./PgCapabilityGate.ts"
export * from "./PgClientReader.ts"
export * from "./PgInstallSecrets.ts"
export * from "./PgPorts.ts"
export * from "./PgPortsByTenant.ts"
export * from "./PgRbacCheck.ts"
export * from "./PgServer.ts"
export * from "./PgServiceReader.ts"
export * from "./ReadTimeout.ts"
export * from "./ServerBounds.ts"
export * from "./ShortReads.ts"
