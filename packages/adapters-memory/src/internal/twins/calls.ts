import { cursorText } from "@alga-psa/ext-domain/PageCursor"
import type { Chance } from "./chance.ts"
import { pools } from "./rows.ts"

/** A call that an extension makes. Arguments may be wrong. */
export type TwinCall =
  | {
      readonly operation: "clients.list" | "services.list" | "clients-v2.page" | "services-v2.page"
      readonly input: Readonly<Record<string, unknown>>
    }
  | { readonly operation: "clients.get" | "services.get"; readonly id: string }
  | { readonly operation: "clients-v2.getMany" | "services-v2.getMany"; readonly ids: ReadonlyArray<string> }

const absent = "f0000000-0000-4000-8000-000000000000"
const wrongIds = ["", "x", "a0000000-0000-4000-8000", "{a0000000-0000-4000-8000-000000000000}", "%", "' OR true --"]

const id = ({ oneIn, pick }: Chance): string => {
  if (oneIn(12)) return pick(wrongIds)
  const found = oneIn(8) ? absent : pick(pools.ids)
  return oneIn(4) ? found.toUpperCase() : found
}

const searches = [
  ...[
    "a",
    "alpha",
    "ALPHA",
    "lph",
    "%",
    "_",
    "\\",
    "Al%",
    "l_h",
    "é",
    "É",
    "日",
    "example",
    "@",
    "%@",
    "zeta",
    "nothing"
  ],
  ...["", "   ", " alpha ", "a\0b", "x".repeat(200), "x".repeat(201)]
]

/** The input with each of its fields left out, most often, or given. */
const some = (chance: Chance, fields: Readonly<Record<string, () => unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (chance.oneIn(2) ? [[name, value()]] : [])))

const sizes = ({ oneIn, pick }: Chance) => (oneIn(15) ? pick([0, 101]) : pick([1, 2, 3, 5, 100]))

const listing = (chance: Chance) => {
  const { oneIn, pick } = chance
  return {
    search: () => (oneIn(5) ? id(chance) : pick(searches)),
    page: () => (oneIn(15) ? pick([0, 10_001]) : pick([1, 1, 2, 2, 3, 10_000])),
    pageSize: () => sizes(chance)
  }
}

const cursors = [
  "",
  "1",
  "1.x.y",
  "2.a0000000-0000-4000-8000-000000000000.",
  "1.a0000000-0000-4000-8000-000000000000.AA"
]

/** A cursor behind any name and id, as anybody can write one. */
const cursor = (chance: Chance): string => {
  const { oneIn, pick } = chance
  if (oneIn(12)) return pick(cursors)
  const name = pick(pools.names)
  return cursorText({ name: oneIn(3) ? name : name.toLowerCase(), id: oneIn(8) ? absent : pick(pools.ids) })
}

const cursorListing = (chance: Chance) => {
  const { oneIn, pick } = chance
  return {
    search: () => (oneIn(2) ? null : oneIn(5) ? id(chance) : pick(searches)),
    pageSize: () => sizes(chance),
    after: () => cursor(chance),
    withTotal: () => pick([true, false])
  }
}

const tags = ({ below, oneIn, pick }: Chance): ReadonlyArray<string> =>
  oneIn(15) ? pick([[], [""], ["x".repeat(101)]]) : Array.from({ length: 1 + below(2) }, () => pick(pools.names))

const catalogFilters = ({ pick }: Chance) => ({
  itemKind: () => pick(["service", "product"]),
  isActive: () => pick([true, false]),
  billingMethod: () => pick(["fixed", "hourly", "usage"])
})

const many = (chance: Chance): ReadonlyArray<string> =>
  chance.oneIn(15)
    ? []
    : Array.from({ length: 1 + chance.below(12) }, () => (chance.oneIn(60) ? "x" : chance.pick(pools.ids)))

const operations = [
  ...(["clients.list", "clients.get", "services.list", "services.get"] as const),
  ...(["clients-v2.page", "clients-v2.getMany", "services-v2.page", "services-v2.getMany"] as const)
]

/** A random call. */
const callOf = (chance: Chance): TwinCall => {
  const { oneIn, pick } = chance
  const operation = pick(operations)
  const activity = { includeInactive: () => pick([true, true, false]) }
  switch (operation) {
    case "clients.list":
      return { operation, input: some(chance, { ...listing(chance), ...activity }) }
    case "services.list":
      return { operation, input: some(chance, { ...listing(chance), ...catalogFilters(chance) }) }
    case "clients-v2.page": {
      const input = some(chance, { ...cursorListing(chance), ...activity })
      return { operation, input: oneIn(3) ? { ...input, tags: tags(chance) } : input }
    }
    case "services-v2.page":
      return { operation, input: some(chance, { ...cursorListing(chance), ...catalogFilters(chance) }) }
    case "clients-v2.getMany":
    case "services-v2.getMany":
      return { operation, ids: many(chance) }
    default:
      return { operation, id: id(chance) }
  }
}

const whole = { page: 1, pageSize: 100 }

/** Calls whose answers hold everything that may be seen. */
export const wholeCalls: ReadonlyArray<TwinCall> = [
  { operation: "clients.list", input: { ...whole, includeInactive: true } },
  { operation: "services.list", input: whole },
  { operation: "clients-v2.getMany", ids: pools.ids },
  { operation: "services-v2.getMany", ids: pools.ids },
  ...pools.names
    .filter((name) => name.trim() !== "")
    .map((search): TwinCall => ({ operation: "services.list", input: { ...whole, search } })),
  ...pools.ids.flatMap(
    (it): ReadonlyArray<TwinCall> => [
      { operation: "clients.get", id: it },
      { operation: "services.get", id: it }
    ]
  )
]

/** A random sequence of calls. Both first pages, with a count that was made, come with all others. */
export const callsOf = (chance: Chance, count: number): ReadonlyArray<TwinCall> => [
  { operation: "clients.list", input: { includeInactive: true } },
  { operation: "services.list", input: {} },
  { operation: "clients.list", input: { pageSize: 1 } },
  { operation: "services.list", input: { pageSize: 1 } },
  { operation: "clients-v2.page", input: { includeInactive: true, withTotal: true } },
  { operation: "services-v2.page", input: { pageSize: 1 } },
  ...Array.from({ length: count }, () => callOf(chance))
]
