import type { Page } from "@alga-psa/ext-domain/Page"
import { byCodePoint, lower } from "./text.ts"

/** The asked page of the rows in the order of their names without regard to case, then of their ids. */
export const pageOf = <Row, A>(
  rows: ReadonlyArray<Row>,
  query: { readonly page: number; readonly pageSize: number },
  key: (row: Row) => readonly [name: string, id: string],
  summary: (row: Row) => A
): Page<A> => {
  const keyed = rows.map((row) => {
    const [name, id] = key(row)
    return { row, name: lower(name), id }
  })
  keyed.sort((a, b) => byCodePoint(a.name, b.name) || byCodePoint(a.id, b.id))
  const start = (query.page - 1) * query.pageSize
  return {
    items: keyed.slice(start, start + query.pageSize).map(({ row }) => summary(row)),
    totalCount: rows.length,
    page: query.page,
    pageSize: query.pageSize
  }
}
