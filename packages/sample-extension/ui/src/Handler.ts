import { callHandlerJson, type IframeBridge } from "@alga-psa/extension-iframe-sdk"
import { type FailureCode, failureOf } from "./Failure.ts"

/** A client, as the handler gives it. */
export interface Client {
  readonly clientId: string
  readonly clientName: string
  readonly clientType: string | null
  readonly isInactive: boolean
  readonly defaultCurrencyCode: string | null
  readonly accountManagerName: string | null
  readonly billingEmail: string | null
}

/** An entry of the service catalog, as the handler gives it. */
export interface Service {
  readonly serviceId: string
  readonly serviceName: string
  readonly itemKind: "service" | "product"
  readonly billingMethod: "fixed" | "hourly" | "usage"
  readonly serviceTypeName: string | null
  /** Minor units of the tenant's currency. */
  readonly defaultRate: number
  readonly unitOfMeasure: string
  readonly isActive: boolean
  readonly sku: string | null
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  readonly totalCount: number
  readonly page: number
  readonly pageSize: number
}

/** What came of a question. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: FailureCode }

/** Asks this extension's own handler. Never rejects. */
export type Ask = <Value>(path: string) => Promise<Answer<Value>>

/** Asks through the host page. */
export const askThrough =
  (bridge: IframeBridge): Ask =>
  async <Value>(path: string) => {
    try {
      return { ok: true, value: (await callHandlerJson(bridge, path)) as Value }
    } catch (error) {
      return { ok: false, code: failureOf(error instanceof Error ? error.message : String(error)) }
    }
  }
