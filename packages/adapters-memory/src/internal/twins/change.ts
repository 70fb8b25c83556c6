import type { Dataset } from "../../Dataset.ts"
import { type Placed, place, randomRow, withOneChange } from "./base.ts"
import type { Chance } from "./chance.ts"
import { pools, type RowOf, type Table, without } from "./rows.ts"

const randomPlaced = (chance: Chance, rows: Dataset): Placed => {
  const table = chance.pick((Object.keys(rows) as ReadonlyArray<Table>).filter((name) => rows[name].length > 0))
  return { table, row: chance.pick(rows[table] as ReadonlyArray<RowOf<Table>>) } as Placed
}

/** The same row, of another tenant. An install's id is one tenant's alone. */
const elsewhere = (chance: Chance, { row, table }: Placed): Placed => {
  const tenant = chance.pick(pools.tenants)
  if ("tenant_id" in row)
    return { table, row: { ...row, tenant_id: tenant, id: chance.pick(pools.installs) } } as Placed
  return { table, row: "tenant" in row ? { ...row, tenant } : row } as Placed
}

/** The rows with one added, removed or changed, at times one of the given ones, most often of another tenant. */
export const changedOnce = (chance: Chance, rows: Dataset, links: ReadonlyArray<Placed>): Dataset => {
  const some = randomPlaced(chance, rows)
  switch (chance.below(7)) {
    case 0:
      return without(rows, some.table, some.row)
    case 1:
      return place(without(rows, some.table, some.row), withOneChange(chance, some))
    case 2:
      return place(rows, randomRow(chance))
    case 3:
    case 4:
      return place(rows, elsewhere(chance, chance.pick(links)))
    case 5:
      return place(rows, elsewhere(chance, some))
    default:
      return place(rows, withOneChange(chance, elsewhere(chance, some)))
  }
}

/** The rows after at most this many changes; each change that `allowed` refuses is left out. */
export const changed = (
  chance: Chance,
  rows: Dataset,
  links: ReadonlyArray<Placed>,
  tries: number,
  allowed: (rows: Dataset) => boolean
): Dataset => {
  let result = rows
  for (let i = 0; i < tries; i++) {
    const next = changedOnce(chance, result, links)
    if (allowed(next)) result = next
  }
  return result
}
