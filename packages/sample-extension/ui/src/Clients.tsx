import { Details } from "./Details.tsx"
import type { Ask, Client } from "./Handler.ts"
import { List, type ListShape } from "./List.tsx"
import type { Listing, Source } from "./useListing.ts"
import { capitalised, none } from "./words.ts"

/** Where clients come from. */
export const clientsSource: Source = { route: "/api/clients", filterName: "includeInactive" }

const statusOf = ({ isInactive }: Client) => (isInactive ? "Inactive" : "Active")

const shape: ListShape<Client> = {
  title: "Clients",
  searchHint: "Name or billing email",
  idOf: ({ clientId }) => clientId,
  nameOf: ({ clientName }) => clientName,
  markOf: ({ isInactive }) => (isInactive ? "Inactive" : null),
  summaryOf: ({ accountManagerName, billingEmail, clientType }) =>
    [capitalised(clientType), accountManagerName, billingEmail].filter(Boolean).join(" · "),
  columns: [
    { header: "Type", cell: ({ clientType }) => capitalised(clientType) || none },
    { header: "Account manager", cell: ({ accountManagerName }) => accountManagerName ?? none },
    { header: "Billing email", cell: ({ billingEmail }) => billingEmail ?? none }
  ]
}

/** What the clients' view needs. */
export interface ClientsProps {
  readonly ask: Ask
  readonly listing: Listing<Client>
  /** The client on the screen, or null for the list. */
  readonly id: string | null
  readonly onOpen: (id: string | null) => void
}

/** The clients, or one of them. */
export const Clients = ({ ask, id, listing, onOpen }: ClientsProps) =>
  id === null ? (
    <List
      shape={shape}
      listing={listing}
      onOpen={onOpen}
      filter={
        <label className="field check">
          <input
            type="checkbox"
            checked={listing.query.filter === "true"}
            onChange={(event) => listing.change({ filter: event.target.checked ? "true" : "" })}
          />
          Show inactive
        </label>
      }
    />
  ) : (
    <Details<Client>
      key={id}
      ask={ask}
      path={`/api/clients/${id}`}
      things="clients"
      nameOf={shape.nameOf}
      factsOf={(client) => [
        ["Type", capitalised(client.clientType) || none],
        ["Status", statusOf(client)],
        ["Account manager", client.accountManagerName ?? none],
        ["Billing email", client.billingEmail ?? none],
        ["Currency", client.defaultCurrencyCode ?? none]
      ]}
      onBack={() => onOpen(null)}
    />
  )
