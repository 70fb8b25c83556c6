/**
 * The ports that the product, or the outside, answers over HTTP.
 *
 * @module @alga-psa/ext-adapters-http
 */
export * from "./EgressAddresses.ts"
export * from "./EgressAllowlist.ts"
export * from "./EgressBounds.ts"
export * from "./EnvelopeRefused.ts"
export * from "./EnvelopeSecrets.ts"
export * from "./HttpFetch.ts"
export * from "./ProductApi.ts"
export * from "./ProductInvoicing.ts"
export * from "./ProductScheduler.ts"
export * from "./ProductStorage.ts"
export * from "./ProductUiProxy.ts"
export * from "./ServerFailed.ts"
export * from "./VaultOptions.ts"
