import { capabilities } from "./internal/resources/capabilities.ts"

/** Every capability that a manifest can declare, by its name there. */
export const capabilityNames = capabilities

/** The name of a capability, such as `cap:client.read`. */
export type CapabilityName = (typeof capabilityNames)[number]

/** Capabilities that every install has, declared or not. */
export const alwaysGranted: ReadonlySet<CapabilityName> = new Set(["cap:context.read", "cap:log.emit", "cap:user.read"])

/**
 * Whether the present execution has a capability. `"unknown"`: the host does not say, as the product's own runner. It counts as
 * true in a condition, so that the call is made and the host decides.
 */
export type Granted = boolean | "unknown"
