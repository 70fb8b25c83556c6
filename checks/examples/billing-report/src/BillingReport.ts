import {
  ClientReader,
  type ClientSummary,
  clientsQuery,
  type DataSourceError,
  type InvalidInput,
  type Page,
  ServiceReader,
  servicesQuery,
  type TenantId
} from "@alga-psa/ext-domain"
import { Effect } from "effect"

/** What a person in billing wants to know of a tenant before the month ends. */
export interface BillingReport {
  /** Names of active clients that no invoice could be sent to, in the reader's order. */
  readonly withoutBillingEmail: ReadonlyArray<string>
  /** The mean rate of active services by the hour, in minor currency units; null where there is none. */
  readonly meanHourlyRate: number | null
}

const everyPage = <A, E, R>(
  read: (page: number) => Effect.Effect<Page<A>, E, R>
): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.gen(function* () {
    const found: Array<A> = []
    for (let page = 1; ; page += 1) {
      const { items, totalCount } = yield* read(page)
      found.push(...items)
      if (items.length === 0 || found.length >= totalCount) return found
    }
  })

const hasNoAddress = ({ billingEmail }: ClientSummary): boolean => (billingEmail ?? "") === ""

/** The report of a tenant, over whichever adapter provides the ports. */
export const billingReport = (
  tenant: TenantId
): Effect.Effect<BillingReport, DataSourceError | InvalidInput, ClientReader | ServiceReader> =>
  Effect.gen(function* () {
    const clientReader = yield* ClientReader
    const serviceReader = yield* ServiceReader
    const clients = yield* everyPage((page) =>
      Effect.flatMap(clientsQuery({ page, pageSize: 2 }), (query) => clientReader.list(tenant, query))
    )
    const services = yield* everyPage((page) =>
      Effect.flatMap(servicesQuery({ page, billingMethod: "hourly", isActive: true }), (query) =>
        serviceReader.list(tenant, query)
      )
    )
    const rates = services.map(({ defaultRate }) => defaultRate)
    return {
      withoutBillingEmail: clients.filter(hasNoAddress).map(({ clientName }) => clientName),
      meanHourlyRate: rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length
    }
  })
