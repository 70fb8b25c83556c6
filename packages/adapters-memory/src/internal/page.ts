import type { CursorPage, CursorQuery } from "@alga-psa/ext-domain/CursorPage"
import type { Page } from "@alga-psa/ext-domain/Page"
import { cursorText, sortName } from "@alga-psa/ext-domain/PageCursor"
import { byCodePoint, lower } from "./text.ts"

interface Place {
  readonly name: string
  readonly id: string
}

const byPlace = (a: Place, b: Place): number => byCodePoint(a.name, b.name) || byCodePoint(a.id, b.id)

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
  keyed.sort(byPlace)
  const start = (query.page - 1) * query.pageSize
  return {
    items: keyed.slice(start, start + query.pageSize).map(({ row }) => summary(row)),
    totalCount: rows.length,
    page: query.page,
    pageSize: query.pageSize
  }
}

/**
 * The page after the cursor. The rows are ordered by the part of their names that counts, without regard to case, then
 * by their ids.
 */
export const cursorPageOf = <Row, A>(
  rows: ReadonlyArray<Row>,
  { after, pageSize, withTotal }: Pick<CursorQuery, "after" | "pageSize" | "withTotal">,
  key: (row: Row) => readonly [name: string, id: string],
  summary: (row: Row) => A
): CursorPage<A> => {
  const keyed = rows
    .map((row) => {
      const [name, id] = key(row)
      return { row, name: sortName(lower(name)), id }
    })
    .sort(byPlace)
  const behind = after === null ? keyed : keyed.filter((row) => byPlace(row, after) > 0)
  const page = behind.slice(0, pageSize)
  const last = page.at(-1)
  return {
    items: page.map(({ row }) => summary(row)),
    totalCount: withTotal ? rows.length : null,
    next: last === undefined || behind.length === page.length ? null : cursorText(last)
  }
}
