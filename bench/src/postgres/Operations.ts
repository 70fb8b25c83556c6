import type { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import type { Page } from "@alga-psa/ext-domain/Page"
import type { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import type { Effect } from "effect"
import * as Ours from "./Ours.ts"
import type { Listing } from "./Peer.ts"
import { loadedId, measuredTenants, type Population, searchTerms, type TenantSize } from "./Population.ts"

/** A list that ours and the peers read alike. */
export interface Operation {
  readonly what: "clients" | "services"
  readonly name: string
  readonly size: TenantSize
  /** How many rows of the kind the tenant has. */
  readonly rows: number
  readonly asked: Listing
  /** How many times faster than today ours is to be, where there is a goal. */
  readonly goal: number | null
  readonly ours: Effect.Effect<Page<unknown>, DataSourceError, ClientReader | ServiceReader>
}

const sizes = ["small", "middle", "large"] as const
const pageSize = 25

/** Goals by tenant size, for clients: those of 500, 20,000 and 200,000. */
const goals = {
  first: { small: 8, middle: 50, large: 60 },
  deep: { small: 2, middle: 20, large: 24 },
  search: { small: 1.5, middle: 3.5, large: 4 }
} as const

const rowsOf = (people: Population, what: Operation["what"], size: TenantSize) =>
  what === "clients" ? people[size] : Math.max(1, Math.floor(people[size] / people.clientsPerService))

/** Every list of the bench: first page, a page four fifths down, three searches; of each kind and tenant size. */
export const operations = (people: Population): ReadonlyArray<Operation> =>
  (["clients", "services"] as const).flatMap((what) =>
    sizes.flatMap((size) => {
      const rows = rowsOf(people, what, size)
      const deep = Math.max(1, Math.floor((rows * 0.8) / pageSize))
      const operation = (name: string, goal: keyof typeof goals, change: Partial<Listing>): Operation => {
        const asked = {
          tenant: loadedId(`tenant ${measuredTenants[size]}`),
          search: null,
          page: 1,
          pageSize,
          ...change
        }
        const ours: Operation["ours"] = what === "clients" ? Ours.clients(asked) : Ours.services(asked)
        return { what, name, size, rows, asked, goal: what === "clients" ? goals[goal][size] : null, ours }
      }
      return [
        operation("first page", "first", {}),
        operation("deep page", "deep", { page: deep }),
        ...Object.entries(searchTerms).map(([term, search]) => operation(`search, ${term}`, "search", { search }))
      ]
    })
  )
