import type { Caller } from "./Caller.ts"

/** A client. `null` where the database holds nothing. */
export interface ClientSummary {
  readonly clientId: string
  readonly clientName: string
  /** `company` or `individual`. */
  readonly clientType: string | null
  readonly isInactive: boolean
  /** ISO 4217, three letters. */
  readonly defaultCurrencyCode: string | null
  readonly accountManagerId: string | null
  readonly accountManagerName: string | null
  /** Not necessarily the address that invoices go to. */
  readonly billingEmail: string | null
}

/** An entry of the service catalog. `null` where the database holds nothing. */
export interface ServiceSummary {
  readonly serviceId: string
  readonly serviceName: string
  readonly itemKind: "service" | "product"
  readonly billingMethod: "fixed" | "hourly" | "usage"
  readonly serviceTypeId: string | null
  readonly serviceTypeName: string | null
  /** Minor currency units (cents); 0 when no rate is set. */
  readonly defaultRate: number
  /** Empty when no unit is set. */
  readonly unitOfMeasure: string
  readonly isActive: boolean
  readonly sku: string | null
}

/** One page of a list. `totalCount` counts all items that match, in the same snapshot as `items`. */
export interface Page<Summary> {
  readonly items: ReadonlyArray<Summary>
  readonly totalCount: number
  readonly page: number
  readonly pageSize: number
}

interface ListInput {
  /** At most 200 characters after trimming; blank means no search. */
  readonly search?: string | null | undefined
  /** 1 to 10,000. Default: 1. */
  readonly page?: number | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
}

/** Which clients. A search is for a part of the name or the billing email, or for the exact id. */
export interface ClientsListInput extends ListInput {
  /** True includes inactive clients. Default: false. */
  readonly includeInactive?: boolean | null | undefined
}

/** Which entries of the catalog. A search is for a part of the name, the description or the SKU, or for the exact id. */
export interface ServicesListInput extends ListInput {
  /** Default: both. */
  readonly itemKind?: ServiceSummary["itemKind"] | null | undefined
  /** Only active, or only inactive, entries. Default: both. */
  readonly isActive?: boolean | null | undefined
  /** Default: all three. */
  readonly billingMethod?: ServiceSummary["billingMethod"] | null | undefined
}

/** Reads of clients. What they fail with is a `ReadsError`. */
export interface ClientReads {
  /** One page of the clients that match, by name without regard to case. */
  list(input?: ClientsListInput | null): Promise<Page<ClientSummary>>
  /** The client, inactive or not, or null where there is none. */
  get(clientId: string): Promise<ClientSummary | null>
}

/** Reads of the service catalog. What they fail with is a `ReadsError`. */
export interface ServiceReads {
  /** One page of the entries that match, by name without regard to case. */
  list(input?: ServicesListInput | null): Promise<Page<ServiceSummary>>
  /** The entry, active or not, or null where there is none. */
  get(serviceId: string): Promise<ServiceSummary | null>
}

/** Reads of clients and services in one tenant. */
export interface Reads {
  readonly clients: ClientReads
  readonly services: ServiceReads
}

/** Reads with the tenant as the first argument of each call. */
export type OfTenant<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Found
    ? (tenant: string, ...args: Args) => Found
    : never
}

/** Reads of any tenant's clients and services. They check no right. */
export interface OpenedReads {
  readonly clients: OfTenant<ClientReads>
  readonly services: OfTenant<ServiceReads>
  /** Waits for the calls that run, and ends the pool where it is the reads' own. Later calls fail with `ClosedError`. */
  close(): Promise<void>
}

/** Reads that check what a host call of an extension checks. */
export interface OpenedGuardedReads {
  /**
   * The reads for this caller. Whether they may be made is asked anew for each call. It throws an `InvalidInputError` where an
   * id is not a UUID.
   */
  as(caller: Caller): Reads
  /** Waits for the calls that run, and ends the pool where it is the reads' own. Later calls fail with `ClosedError`. */
  close(): Promise<void>
}
