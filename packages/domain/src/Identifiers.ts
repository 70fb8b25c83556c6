import { Option, Schema, SchemaTransformation } from "effect"

const message = "must be a UUID"
const example = "3fa85f64-5717-4562-b3fc-2c963f66afa6"

/**
 * A UUID in any version, as PostgreSQL's `uuid` accepts it in its dashed form. Decoding lowers its letters, so
 * that two spellings of one id are equal.
 */
export const Uuid = Schema.String.annotate({ message })
  .check(Schema.isGUID({ message }))
  .pipe(Schema.decode(SchemaTransformation.toLowerCase()))

/**
 * An id whose `make` takes its text as decoding does, and throws a `TypeError` that says which id is wrong and what it must be. It
 * repeats no value.
 */
const named = <S extends Schema.Codec<string, string>>(name: string, id: S): S => {
  const decode = Schema.decodeUnknownOption(id)
  const make = (text: unknown): S["Type"] =>
    Option.getOrThrowWith(decode(text), () => new TypeError(`${name}: ${message}, such as ${example}`))
  return Object.defineProperty(id, "make", { value: make })
}

/** The tenant: the managed service provider whose data is read. */
export const TenantId = named("TenantId", Uuid.pipe(Schema.brand("TenantId")))
export type TenantId = typeof TenantId.Type

/** An extension's id in the registry (`extension_registry.id`). */
export const ExtensionId = named("ExtensionId", Uuid.pipe(Schema.brand("ExtensionId")))
export type ExtensionId = typeof ExtensionId.Type

/** One tenant's install of an extension (`tenant_extension_install.id`). */
export const InstallId = named("InstallId", Uuid.pipe(Schema.brand("InstallId")))
export type InstallId = typeof InstallId.Type

/** A user, unique within a tenant (`users.user_id`). */
export const UserId = named("UserId", Uuid.pipe(Schema.brand("UserId")))
export type UserId = typeof UserId.Type

/** A client of the tenant (`clients.client_id`). */
export const ClientId = named("ClientId", Uuid.pipe(Schema.brand("ClientId")))
export type ClientId = typeof ClientId.Type

/** An entry of the service catalog (`service_catalog.service_id`). */
export const ServiceId = named("ServiceId", Uuid.pipe(Schema.brand("ServiceId")))
export type ServiceId = typeof ServiceId.Type
