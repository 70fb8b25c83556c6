import type { AllOptions } from "./AllPages.ts"
import type { Page } from "./Page.ts"

/** One client of the tenant, as a list shows it. Null means that the value is not known. */
export interface ClientSummary {
  readonly clientId: string
  readonly clientName: string
  /** The product's own word for the kind, such as `company`. */
  readonly clientType: string | null
  readonly isInactive: boolean
  /** ISO 4217. */
  readonly defaultCurrencyCode: string | null
  readonly accountManagerId: string | null
  /** First and last name. */
  readonly accountManagerName: string | null
  readonly billingEmail: string | null
  /** Sorted, empty where there are none; null only in a component that was built against a world without tags. */
  readonly tags: ReadonlyArray<string> | null
}

/** Which clients, and which page of them. Without any field: the first page of active clients. */
export interface ClientsListInput {
  /**
   * Any part of the name or of the billing email without regard to case, or the exact client id. At most 200
   * characters after trimming; blank means no search.
   */
  readonly search?: string | null | undefined
  /** Default: false. */
  readonly includeInactive?: boolean | null | undefined
  /** 1 to 10,000. Default: 1. */
  readonly page?: number | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
}

/**
 * The tenant's clients, to read. Needs `cap:client.read`. Every failure is a `HostError` with a `ReadErrorCode`:
 * `not-allowed` is decided first, then `invalid-input`.
 */
export interface ClientsHost {
  /** One page, ordered by name without regard to case, then by id. */
  list(input?: ClientsListInput): Promise<Page<ClientSummary>>
  /**
   * Every client that matches, over all pages, as `for await` takes it. No client comes twice. It makes one host call for
   * 100 clients, and ends with a `ListIncomplete` where `maxCalls` does not reach.
   */
  all(input?: Omit<ClientsListInput, "page" | "pageSize"> & AllOptions): AsyncIterable<ClientSummary>
  /** The client, active or not, or null where there is none of that id (a UUID) that may be seen. */
  get(clientId: string): Promise<ClientSummary | null>
}
