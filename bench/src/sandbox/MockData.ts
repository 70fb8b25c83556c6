const pad = (at: number): string => String(at).padStart(12, "0")

/** A client as the host hands it over, in the fields of the world's `client-summary`. */
const client = (at: number) => ({
  clientId: `10000000-0000-4000-8000-${pad(at)}`,
  clientName: `Client number ${at}`,
  clientType: "company",
  isInactive: false,
  defaultCurrencyCode: "EUR",
  accountManagerId: `20000000-0000-4000-8000-${pad(at)}`,
  accountManagerName: "Ada Lovelace",
  billingEmail: `billing@c-${at}.example`
})

const clients = Array.from({ length: 100 }, (_, at) => client(at))

/** A page of so many clients, 100 at most. */
export const pageOf = (pageSize: number) => ({
  items: clients.slice(0, pageSize),
  totalCount: 180_000,
  page: 1,
  pageSize
})

/** A page of 25 clients, about 7.4 kB as JSON. */
export const page = pageOf(25)

const { items } = page
const byId = new Map(clients.map((item) => [item.clientId, item]))

/** One of them, or null. */
export const find = (clientId: unknown) => (typeof clientId === "string" ? (byId.get(clientId) ?? null) : null)

/** What the work of one request answers, by every contender. */
export const expected = JSON.stringify({
  total: 360_000,
  names: items.map(({ clientName }) => clientName),
  one: items[0]?.clientName,
  other: items[24]?.clientName
})

/**
 * The work of one request in JavaScript, for guests that get JSON: a list and a get, twice. `list()` gives the page and
 * `get(id)` a client, each as JSON.
 */
export const work = `
const work = (list, get) => {
  const first = JSON.parse(list())
  const one = JSON.parse(get(first.items[0].clientId))
  const second = JSON.parse(list())
  const other = JSON.parse(get(second.items[24].clientId))
  return JSON.stringify({
    total: first.totalCount + second.totalCount,
    names: first.items.map((item) => item.clientName),
    one: one.clientName,
    other: other.clientName
  })
}
`
