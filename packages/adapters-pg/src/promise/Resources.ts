// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { AllInput, Page } from "./Page.ts"

/** A record of clients. `null` where the database holds nothing. */
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
  /**
   * Texts of the client's tags, sorted by code point; empty when there are none, and for users of the client portal.
   */
  readonly tags: ReadonlyArray<string>
}

/** Which clients. A search is for a part of `clientName` or `billingEmail`, or for the exact id. */
export interface ClientsListInput {
  /** At most 200 characters after trimming; blank means no search. */
  readonly search?: string | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
  /** The `next` of the page before, as it was given. Default: the first page. */
  readonly after?: string | null | undefined
  /** True counts all that match. Default: false. */
  readonly withTotal?: boolean | null | undefined
  /** True includes inactive clients. Default: false. */
  readonly includeInactive?: boolean | null | undefined
  /**
   * Only clients that have every one of these tags, without regard to case: 1 to 20 texts of 1 to 100 characters. Not
   * for users of the client portal.
   */
  readonly tags?: ReadonlyArray<string> | null | undefined
}

/**
 * Reads of clients. Each is one statement, except `all`, which is one for each page. Order is the name without regard
 * to case, then the id. What they fail with is a `ReadsError`.
 */
export interface ClientReads {
  /** One page of the clients that match. */
  list(input?: ClientsListInput | null): Promise<Page<ClientSummary>>
  /** Every one that matches, page by page, as they are asked for. */
  all(input?: AllInput<ClientsListInput> | null): AsyncGenerator<ClientSummary, void, void>
  /** The one of this id, also if a list leaves it out; null where there is none. */
  get(clientId: string): Promise<ClientSummary | null>
  /** One entry for each of 1 to 100 ids, in the order asked; null where there is none. */
  getMany(clientIds: ReadonlyArray<string>): Promise<ReadonlyArray<ClientSummary | null>>
}

/** What an entry costs in one currency. */
export interface ServicePrice {
  /** ISO 4217, three letters. */
  readonly currencyCode: string
  /** Minor currency units (cents). */
  readonly rate: number
}

/** A record of services. `null` where the database holds nothing. */
export interface ServiceSummary {
  readonly serviceId: string
  readonly serviceName: string
  readonly itemKind: "service" | "product"
  readonly billingMethod: "fixed" | "hourly" | "usage"
  /** Null, like its name, when the type is not one of the tenant's own. */
  readonly serviceTypeId: string | null
  readonly serviceTypeName: string | null
  /** Minor currency units (cents); 0 when no rate is set. */
  readonly defaultRate: number
  /** Empty when no unit is set. */
  readonly unitOfMeasure: string
  readonly isActive: boolean
  readonly sku: string | null
  /** Sorted by currency code; empty when there are none. */
  readonly prices: ReadonlyArray<ServicePrice>
}

/** Which services. A search is for a part of `serviceName`, `description` or `sku`, or for the exact id. */
export interface ServicesListInput {
  /** At most 200 characters after trimming; blank means no search. */
  readonly search?: string | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
  /** The `next` of the page before, as it was given. Default: the first page. */
  readonly after?: string | null | undefined
  /** True counts all that match. Default: false. */
  readonly withTotal?: boolean | null | undefined
  /** Only entries of this kind. Default: both. */
  readonly itemKind?: "service" | "product" | null | undefined
  /** Only active, or only inactive, entries. Default: both. */
  readonly isActive?: boolean | null | undefined
  /** Only entries that are billed so. Default: all three. */
  readonly billingMethod?: "fixed" | "hourly" | "usage" | null | undefined
}

/**
 * Reads of services. Each is one statement, except `all`, which is one for each page. Order is the name without regard
 * to case, then the id. What they fail with is a `ReadsError`.
 */
export interface ServiceReads {
  /** One page of the services that match. */
  list(input?: ServicesListInput | null): Promise<Page<ServiceSummary>>
  /** Every one that matches, page by page, as they are asked for. */
  all(input?: AllInput<ServicesListInput> | null): AsyncGenerator<ServiceSummary, void, void>
  /** The one of this id; null where there is none. */
  get(serviceId: string): Promise<ServiceSummary | null>
  /** One entry for each of 1 to 100 ids, in the order asked; null where there is none. */
  getMany(serviceIds: ReadonlyArray<string>): Promise<ReadonlyArray<ServiceSummary | null>>
}

/** Reads of every resource in one tenant. */
export interface Reads {
  readonly clients: ClientReads
  readonly services: ServiceReads
}
