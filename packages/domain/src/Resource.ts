import type { Context, Effect } from "effect"
import type { DataSourceError } from "./DataSourceError.ts"
import type { TenantId } from "./Identifiers.ts"
import type { Invocation } from "./Invocation.ts"
import type { ReadError } from "./ReadError.ts"
import type { PortalRule, ReadOperation } from "./ReadOperation.ts"

/** An operation of any resource. */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and finds is known to the resource alone
export type AnyReadOperation = ReadOperation<any, any, any>

/** Operations by the names that callers use. */
export type Operations = Readonly<Record<string, AnyReadOperation>>

/**
 * Operations by the interface of the world that they belong to. An interface never changes once it is released: what is added
 * later stands in an interface of its own, as another edition of the resource.
 */
export type Editions = Readonly<Record<string, Operations>>

/** The operations of all editions. No two have the same name. */
export type OperationsOf<Of extends Editions> = Intersection<Of[keyof Of]>

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All extends Operations
    ? All
    : never
  : never

/** A port: each operation, with the tenant as an argument and every rule applied. It checks no right. */
export type ReaderOf<Of extends Operations> = {
  readonly [Name in keyof Of]: Of[Name] extends ReadOperation<infer _Args, infer Query, infer Found>
    ? (tenant: TenantId, query: Query) => Effect.Effect<Found, DataSourceError>
    : never
}

/** Guarded reads: each operation, in the tenant of the `Invocation`, for what a caller passes. */
export type ReadsOf<Of extends Operations> = {
  readonly [Name in keyof Of]: Of[Name] extends ReadOperation<infer Args, infer _Query, infer Found>
    ? (...args: Args) => Effect.Effect<Found, ReadError, Invocation>
    : never
}

/**
 * A resource that extensions read, declared once. Its port, guarded reads, names in logs and metrics, interfaces in the world
 * and bindings in the SDK follow from this.
 */
export interface Resource<
  Name extends string,
  Capability extends string,
  Permission extends string,
  Of extends Editions,
  Reader,
  Reads
> {
  /** Its name: that of its first interface in the world. */
  readonly name: Name
  /** What the install needs. */
  readonly capability: Capability
  /** What the user needs. */
  readonly permission: Permission
  /** The fields of a summary that hold its id and the name it is sorted by. */
  readonly id: string
  readonly title: string
  /** The texts that a search looks through: fields of a summary, and others that no summary shows. */
  readonly searched: ReadonlyArray<string>
  /** Flags of the list without which it leaves records out, with the field of a summary that marks these. */
  readonly leavesOut: Readonly<Record<string, string>>
  /** Which records a portal user may see. */
  readonly portal: PortalRule<string>
  /**
   * Its operations by interface. The interface is the first part of an operation's name in logs and metrics, its name in the
   * port the second: `clients.list`, `clients-v2.page`.
   */
  readonly editions: Of
  /** All of them, as the port has them. */
  readonly operations: OperationsOf<Of>
  readonly Reader: Context.Service<Reader, ReaderOf<OperationsOf<Of>>>
  readonly Reads: Context.Service<Reads, ReadsOf<OperationsOf<Of>>>
}

/** Any resource. */
// biome-ignore lint/suspicious/noExplicitAny: its operations and services are known to the resource alone
export type AnyResource = Resource<string, string, string, any, any, any>

/** Declares a resource. */
export const resource = <
  const Name extends string,
  const Capability extends string,
  const Permission extends string,
  Of extends Editions,
  Reader,
  Reads
>(
  declared: Omit<Resource<Name, Capability, Permission, Of, Reader, Reads>, "operations">
): Resource<Name, Capability, Permission, Of, Reader, Reads> => ({
  ...declared,
  operations: Object.assign({}, ...Object.values(declared.editions))
})

/** The name of a service, such as `ClientReader`. */
export const serviceName = ({ key }: { readonly key: string }): string => key.slice(key.lastIndexOf("/") + 1)
