/**
 * Every port over plain data, and the made-up tenants of tests and demo.
 *
 * @module @alga-psa/ext-adapters-memory
 */
export * from "./Dataset.ts"
export * from "./MemoryAccess.ts"
export * from "./MemoryCapabilityGate.ts"
export * from "./MemoryHttpFetch.ts"
export * from "./MemoryInstallLookup.ts"
export * from "./MemoryInstalls.ts"
export * from "./MemoryInvoicing.ts"
export * from "./MemoryPorts.ts"
export * from "./MemoryRbacCheck.ts"
export * from "./MemoryResources.ts"
export * from "./MemoryScheduler.ts"
export * from "./MemorySecrets.ts"
export * from "./MemoryStorage.ts"
export * from "./MemoryStore.ts"
export * from "./MemoryUiProxy.ts"
export * from "./Rows.ts"
export * from "./Seed.ts"
export { ids } from "./SeedIds.ts"
