import type { Chance } from "./chance.ts"
import { pools } from "./rows.ts"

/** A call that an extension makes. Arguments may be wrong. */
export type TwinCall =
  | { readonly operation: "clients.list" | "services.list"; readonly input: Readonly<Record<string, unknown>> }
  | { readonly operation: "clients.get" | "services.get"; readonly id: string }

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

const listing = (chance: Chance) => {
  const { oneIn, pick } = chance
  return {
    search: () => (oneIn(5) ? id(chance) : pick(searches)),
    page: () => (oneIn(15) ? pick([0, 10_001]) : pick([1, 1, 2, 2, 3, 10_000])),
    pageSize: () => (oneIn(15) ? pick([0, 101]) : pick([1, 2, 3, 5, 100]))
  }
}

/** A random call. */
export const callOf = (chance: Chance): TwinCall => {
  const { pick } = chance
  const operation = pick(["clients.list", "clients.get", "services.list", "services.get"] as const)
  switch (operation) {
    case "clients.list":
      return { operation, input: some(chance, { ...listing(chance), includeInactive: () => pick([true, false]) }) }
    case "services.list":
      return {
        operation,
        input: some(chance, {
          ...listing(chance),
          itemKind: () => pick(["service", "product"]),
          isActive: () => pick([true, false]),
          billingMethod: () => pick(["fixed", "hourly", "usage"])
        })
      }
    default:
      return { operation, id: id(chance) }
  }
}

const whole = { page: 1, pageSize: 100 }

/** Calls whose answers hold everything that may be seen. */
export const wholeCalls: ReadonlyArray<TwinCall> = [
  { operation: "clients.list", input: { ...whole, includeInactive: true } },
  { operation: "services.list", input: whole },
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
  ...Array.from({ length: count }, () => callOf(chance))
]
