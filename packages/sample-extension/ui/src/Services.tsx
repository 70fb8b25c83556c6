import { useId } from "react"
import { Details } from "./Details.tsx"
import type { Ask, Service } from "./Handler.ts"
import { List, type ListShape } from "./List.tsx"
import type { Listing, Source } from "./useListing.ts"
import { capitalised, money, none } from "./words.ts"

/** Where services come from. */
export const servicesSource: Source = { route: "/api/services", filterName: "itemKind" }

const rateOf = ({ defaultRate, unitOfMeasure }: Service): string =>
  unitOfMeasure === "" ? money(defaultRate) : `${money(defaultRate)} per ${unitOfMeasure}`

const shape: ListShape<Service> = {
  title: "Services",
  searchHint: "Name, description or SKU",
  idOf: ({ serviceId }) => serviceId,
  nameOf: ({ serviceName }) => serviceName,
  markOf: ({ isActive }) => (isActive ? null : "Retired"),
  summaryOf: (service) =>
    [service.serviceTypeName, service.sku, capitalised(service.billingMethod), rateOf(service)]
      .filter(Boolean)
      .join(" · "),
  columns: [
    { header: "Kind", cell: ({ itemKind }) => capitalised(itemKind) },
    { header: "Type", cell: ({ serviceTypeName }) => serviceTypeName ?? none },
    { header: "SKU", cell: ({ sku }) => sku ?? none },
    { header: "Billing", cell: ({ billingMethod }) => capitalised(billingMethod) },
    { header: "Rate", cell: ({ defaultRate }) => money(defaultRate), numeric: true },
    { header: "Unit", cell: ({ unitOfMeasure }) => unitOfMeasure || none }
  ]
}

const kinds = [
  ["", "All"],
  ["service", "Services"],
  ["product", "Products"]
] as const

/** What the services' view needs. */
export interface ServicesProps {
  readonly ask: Ask
  readonly listing: Listing<Service>
  /** The service on the screen, or null for the list. */
  readonly id: string | null
  readonly onOpen: (id: string | null) => void
}

/** The services, or one of them. */
export const Services = ({ ask, id, listing, onOpen }: ServicesProps) => {
  const kindId = useId()
  return id === null ? (
    <List
      shape={shape}
      listing={listing}
      onOpen={onOpen}
      filter={
        <div className="field">
          <label htmlFor={kindId}>Kind</label>
          <select
            id={kindId}
            value={listing.query.filter}
            onChange={(event) => listing.change({ filter: event.target.value })}
          >
            {kinds.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
      }
    />
  ) : (
    <Details<Service>
      key={id}
      ask={ask}
      path={`/api/services/${id}`}
      things="services"
      nameOf={shape.nameOf}
      factsOf={(service) => [
        ["Kind", capitalised(service.itemKind)],
        ["Status", service.isActive ? "Active" : "Retired"],
        ["Type", service.serviceTypeName ?? none],
        ["Billing", capitalised(service.billingMethod)],
        ["Rate", rateOf(service)],
        ["SKU", service.sku ?? none]
      ]}
      onBack={() => onOpen(null)}
    />
  )
}
