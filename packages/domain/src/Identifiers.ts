import { Schema, SchemaTransformation } from "effect"

const message = "must be a UUID"

/**
 * A UUID in any version, as PostgreSQL's `uuid` accepts it in its dashed form. Decoding lowers its letters, so
 * that two spellings of one id are equal.
 */
export const Uuid = Schema.String.annotate({ message })
  .check(Schema.isGUID({ message }))
  .pipe(Schema.decode(SchemaTransformation.toLowerCase()))

/** The tenant: the managed service provider whose data is read. */
export const TenantId = Uuid.pipe(Schema.brand("TenantId"))
export type TenantId = typeof TenantId.Type

/** An extension's id in the registry (`extension_registry.id`). */
export const ExtensionId = Uuid.pipe(Schema.brand("ExtensionId"))
export type ExtensionId = typeof ExtensionId.Type

/** One tenant's install of an extension (`tenant_extension_install.id`). */
export const InstallId = Uuid.pipe(Schema.brand("InstallId"))
export type InstallId = typeof InstallId.Type

/** A user, unique within a tenant (`users.user_id`). */
export const UserId = Uuid.pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

/** A client of the tenant (`clients.client_id`). */
export const ClientId = Uuid.pipe(Schema.brand("ClientId"))
export type ClientId = typeof ClientId.Type

/** An entry of the service catalog (`service_catalog.service_id`). */
export const ServiceId = Uuid.pipe(Schema.brand("ServiceId"))
export type ServiceId = typeof ServiceId.Type
