import { Badge, Card, Label, SearchInput } from "@alga-psa/ui-kit"
import { type ReactNode, useId } from "react"
import { Notice } from "./Notice.tsx"
import { Pager } from "./Pager.tsx"
import type { Listing } from "./useListing.ts"

/** A column beside the name. */
export interface Column<Item> {
  readonly header: string
  readonly cell: (item: Item) => ReactNode
  /** Numbers stand right. */
  readonly numeric?: boolean
}

/** How a list looks. */
export interface ListShape<Item> {
  /** Such as `Clients`. */
  readonly title: string
  /** What the search looks at. */
  readonly searchHint: string
  readonly idOf: (item: Item) => string
  readonly nameOf: (item: Item) => string
  /** Stands beside the name of a record that is unlike most, such as `Inactive`; null for the others. */
  readonly markOf: (item: Item) => string | null
  /** Beside the name on a narrow screen, where the columns have no room. */
  readonly summaryOf: (item: Item) => string
  readonly columns: ReadonlyArray<Column<Item>>
}

/** What a list needs. */
export interface ListProps<Item> {
  readonly shape: ListShape<Item>
  readonly listing: Listing<Item>
  /** The list's own filter. */
  readonly filter: ReactNode
  readonly onOpen: (id: string) => void
}

const counted = (count: number, title: string): string =>
  `${count} ${count === 1 ? title.toLowerCase().replace(/s$/, "") : title.toLowerCase()}`

/** What a screen reader hears after each change, and everybody sees above the table. */
const status = <Item,>({ failure, loading, query, shown }: Listing<Item>, title: string): string => {
  if (loading) return `Loading ${title.toLowerCase()}…`
  if (failure !== null || shown === null) return ""
  const search = query.search.trim()
  const found = search === "" ? "" : ` for “${search}”`
  if (shown.totalCount === 0) return `No ${title.toLowerCase()}${found}`
  const first = (shown.page - 1) * shown.pageSize + 1
  const last = first + shown.items.length - 1
  return shown.totalCount > shown.items.length && shown.items.length > 0
    ? `${first} to ${last} of ${counted(shown.totalCount, title)}${found}`
    : `${counted(shown.totalCount, title)}${found}`
}

const Mark = ({ text }: { readonly text: string | null }) =>
  text === null ? null : (
    <span className="mark">
      <Badge>{text}</Badge>
    </span>
  )

/** A list with its search, its table and its pages. */
export const List = <Item,>({ filter, listing, onOpen, shape }: ListProps<Item>) => {
  const searchId = useId()
  const { failure, loading, query, shown, text } = listing
  const pages = shown === null ? 1 : Math.max(1, Math.ceil(shown.totalCount / shown.pageSize))
  return (
    <section aria-label={shape.title} aria-busy={loading}>
      <search className="tools">
        <div className="field search-field">
          <Label htmlFor={searchId}>Search {shape.title.toLowerCase()}</Label>
          <SearchInput
            id={searchId}
            value={text}
            placeholder={shape.searchHint}
            autoComplete="off"
            debounceMs={250}
            onChange={(event) => listing.type(event.target.value)}
            onSearch={listing.search}
          />
        </div>
        {filter}
      </search>
      <p role="status" className="status">
        {status(listing, shape.title)}
      </p>
      {failure !== null && (
        <Notice
          code={failure}
          things={shape.title.toLowerCase()}
          onRemedy={(remedy) => {
            if (remedy !== "clear-search") return listing.reload()
            listing.type("")
            listing.change({ search: "" })
          }}
        />
      )}
      {shown !== null && shown.items.length > 0 && (
        <Card className={loading ? "table-card stale" : "table-card"} style={{ padding: 0 }}>
          <table>
            <caption className="visually-hidden">{shape.title}</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                {shape.columns.map(({ header, numeric }) => (
                  <th key={header} scope="col" className={numeric ? "wide numeric" : "wide"}>
                    {header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.items.map((item) => (
                <tr key={shape.idOf(item)}>
                  <th scope="row">
                    <button
                      type="button"
                      className="name"
                      id={`open-${shape.idOf(item)}`}
                      onClick={() => onOpen(shape.idOf(item))}
                    >
                      {shape.nameOf(item)}
                    </button>
                    <Mark text={shape.markOf(item)} />
                    <span className="summary">{shape.summaryOf(item)}</span>
                  </th>
                  {shape.columns.map(({ cell, header, numeric }) => (
                    <td key={header} className={numeric ? "wide numeric" : "wide"}>
                      {cell(item)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
      {pages > 1 && (
        <Pager label={shape.title} page={query.page} pages={pages} onPage={(page) => listing.change({ page })} />
      )}
    </section>
  )
}
