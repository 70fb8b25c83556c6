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
  /** Texts of the client's tags, sorted by code point; empty when there are none, and for users of the client portal. */
  readonly tags: ReadonlyArray<string>
}

/** A price of a service in one currency. */
export interface ServicePrice {
  /** ISO 4217, three letters. */
  readonly currencyCode: string
  /** Minor currency units (cents). */
  readonly rate: number
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
  /** By currency, sorted by its code; empty when there are none. */
  readonly prices: ReadonlyArray<ServicePrice>
}

/** One page of a list. */
export interface Page<Summary> {
  readonly items: ReadonlyArray<Summary>
  /** How many match on all pages, in the same snapshot as `items`; null where it was not asked for. */
  readonly totalCount: number | null
  /** What to give as `after` for the next page; null after the last. */
  readonly next: string | null
}

interface PageInput {
  /** At most 200 characters after trimming; blank means no search. */
  readonly search?: string | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
  /** The `next` of the page before, as it was given. Default: the first page. */
  readonly after?: string | null | undefined
  /** True counts all that match. Default: false. */
  readonly withTotal?: boolean | null | undefined
}

/** Which clients. A search is for a part of the name or the billing email, or for the exact id. */
export interface ClientsListInput extends PageInput {
  /** True includes inactive clients. Default: false. */
  readonly includeInactive?: boolean | null | undefined
  /** Only clients that have every one of these, 1 to 20, without regard to case. Not for users of the client portal. */
  readonly tags?: ReadonlyArray<string> | null | undefined
}

/** Which entries of the catalog. A search is for a part of the name, the description or the SKU, or for the exact id. */
export interface ServicesListInput extends PageInput {
  /** Default: both. */
  readonly itemKind?: ServiceSummary["itemKind"] | null | undefined
  /** Only active, or only inactive, entries. Default: both. */
  readonly isActive?: boolean | null | undefined
  /** Default: all three. */
  readonly billingMethod?: ServiceSummary["billingMethod"] | null | undefined
}

/** What `list` takes but a total. `pageSize` is how many one statement reads. Default: 100. */
type AllInput<ListInput> = Omit<ListInput, "withTotal">

/**
 * Reads of clients. Each is one statement, except `all`, which is one for each page. Order is the name without regard
 * to case, then the id. What they fail with is a `ReadsError`.
 */
export interface ClientReads {
  /** One page of the clients that match. */
  list(input?: ClientsListInput | null): Promise<Page<ClientSummary>>
  /** The client, inactive or not, or null where there is none. */
  get(clientId: string): Promise<ClientSummary | null>
  /** One entry for each of 1 to 100 ids, in the order asked; null where there is none. */
  getMany(clientIds: ReadonlyArray<string>): Promise<ReadonlyArray<ClientSummary | null>>
  /** Every client that matches, page by page, as they are asked for. */
  all(input?: AllInput<ClientsListInput> | null): AsyncGenerator<ClientSummary, void, void>
}

/**
 * Reads of the service catalog. Each is one statement, except `all`, which is one for each page. Order is the name
 * without regard to case, then the id. What they fail with is a `ReadsError`.
 */
export interface ServiceReads {
  /** One page of the entries that match. */
  list(input?: ServicesListInput | null): Promise<Page<ServiceSummary>>
  /** The entry, active or not, or null where there is none. */
  get(serviceId: string): Promise<ServiceSummary | null>
  /** One entry for each of 1 to 100 ids, in the order asked; null where there is none. */
  getMany(serviceIds: ReadonlyArray<string>): Promise<ReadonlyArray<ServiceSummary | null>>
  /** Every entry that matches, page by page, as they are asked for. */
  all(input?: AllInput<ServicesListInput> | null): AsyncGenerator<ServiceSummary, void, void>
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
   * The reads for this caller. Whether they may be made is checked again for each call. It throws an
   * `InvalidInputError` where an id is not a UUID.
   */
  as(caller: Caller): Reads
  /** Waits for the calls that run, and ends the pool where it is the reads' own. Later calls fail with `ClosedError`. */
  close(): Promise<void>
}
