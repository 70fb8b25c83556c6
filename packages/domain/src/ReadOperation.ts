import { Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import type { DataSourceError } from "./DataSourceError.ts"
import type { ClientId } from "./Identifiers.ts"
import * as Input from "./internal/input.ts"
import { type Page, PageNumber, PageSize, pageOf, paging } from "./Page.ts"
import { type WorldType, worldTypeOf } from "./WorldType.ts"

/** Asks a reader, in the tenant of the execution. */
export type Read<Query, Found> = (query: Query) => Effect.Effect<Found, DataSourceError>

/**
 * One operation of a read resource: what a caller passes, what the reader is asked, and what comes back. The usual two
 * are made by {@link listing} and {@link getting}, those of a second edition by `cursorListing` and `gettingMany`.
 * Other operations are values of this type too.
 */
export interface ReadOperation<Args extends ReadonlyArray<unknown>, Query, Found> {
  /** Its function in its interface of the world, in camelCase, such as `listClients`. */
  readonly member: string
  /** The types of its arguments in the world, without rules. */
  readonly arguments: ReadonlyArray<WorldType>
  /** Arguments that break a rule. The SDK sends them in place of arguments that the world cannot express. */
  readonly breaking: ReadonlyArray<unknown>
  /** The schema of its one argument where that is a record, whose fields it describes. */
  readonly Input?: Schema.Top
  /** What crosses to a guest. Fields that the schema does not name stay here. */
  readonly Found: Schema.Codec<Found, unknown>
  /** Applies the input rules to what a caller passed, which may be anything. */
  query(...args: Args): Effect.Effect<Query, InvalidInput>
  /** Why a query that keeps the rules is invalid input for a portal user; null where it is not. Default: none is. */
  notForPortal?(query: Query): InvalidInput | null
  /** Reads for a portal user of this client, or of none: gives what that user may see, and nothing else. */
  forPortal(query: Query, client: ClientId | null, read: Read<Query, Found>): Effect.Effect<Found, DataSourceError>
  /** How many records were found. */
  count(found: Found): number
}

/** What the query of every list has. */
export interface ListQuery {
  /** Trimmed and not empty, or null for no search. */
  readonly search: string | null
  readonly page: number
  readonly pageSize: number
}

/** The inputs of every list: a search, and which page. */
export const listInputs = {
  search: absent(Input.SearchTerm, Input.rules.text).annotateKey({
    description: "At most 200 characters after trimming; blank means no search."
  }),
  page: absent(PageNumber, Input.rules.wholeNumber).annotateKey({ description: "1 to 10,000. Default: 1." }),
  pageSize: absent(PageSize, Input.rules.wholeNumber).annotateKey({ description: "1 to 100. Default: 25." })
}

/** What {@link listInputs} decode to. */
export type ListInput = { readonly [Name in keyof ListQuery]?: ListQuery[Name] | null | undefined }

/** The part of a list's query that {@link listInputs} give, with the defaults. */
export const listQuery = ({ page, pageSize, search }: ListInput): ListQuery => ({
  search: search || null,
  page: page ?? paging.firstPage,
  pageSize: pageSize ?? paging.defaultPageSize
})

/** Which records a portal user may see: every one, or those that hold the user's own client in this field. */
export type PortalRule<Field extends string> = "every record" | { readonly ownClient: Field }

/**
 * Fields of a summary that are the provider's own: a portal user gets these values in their place, and a filter of the same
 * name is invalid input for them.
 */
export type Withheld<Summary> = Partial<Summary>

/** A list whose query can be restricted to one client has to be, for portal users; another cannot. */
export type ListPortalRule<Query, Summary> = Query extends { readonly onlyClient: ClientId | null }
  ? Exclude<PortalRule<keyof Summary & string>, string>
  : "every record"

/** A list by pages. */
export const listing = <Decoded, Encoded, Query extends ListQuery, Summary extends object>(options: {
  readonly member: string
  readonly Input: Schema.Codec<Decoded, Encoded>
  readonly Summary: Schema.Codec<Summary, unknown>
  /** The query for an input that keeps the rules. */
  readonly query: (input: Decoded) => Query
  readonly portal: ListPortalRule<Query, Summary>
}): ReadOperation<[input?: Encoded | null], Query, Page<Summary>> => {
  const decode = Input.decode(options.Input, "input")
  return {
    member: options.member,
    arguments: [worldTypeOf(options.Input)],
    Input: options.Input,
    breaking: [{ page: 0 }],
    Found: pageOf(options.Summary),
    query: (input) => Effect.map(decode(input ?? {}), options.query),
    forPortal: (query, client, read) => {
      if (options.portal === "every record") return read(query)
      const { page, pageSize } = query
      return client === null
        ? Effect.succeed({ items: [], totalCount: 0, page, pageSize })
        : read({ ...query, onlyClient: client })
    },
    count: (page) => page.items.length
  }
}

/** A read of one record by its id, which gives null where there is none that may be seen. */
export const getting = <Id, Summary extends object>(options: {
  readonly member: string
  /** The id's name, for callers: the field of the summary that holds it. */
  readonly id: keyof Summary & string
  readonly Id: Schema.Codec<Id, string>
  readonly Summary: Schema.Codec<Summary, unknown>
  readonly portal: PortalRule<keyof Summary & string>
}): ReadOperation<[id: string], Id, Summary | null> => {
  const { portal } = options
  const decode = Input.decode(options.Id, options.id)
  return {
    member: options.member,
    arguments: ["text"],
    breaking: [""],
    Found: Schema.NullOr(options.Summary),
    query: decode,
    forPortal: (id, client, read) => {
      if (portal === "every record") return read(id)
      const isOther = portal.ownClient === options.id && client !== (id as unknown)
      if (client === null || isOther) return Effect.succeed(null)
      return Effect.map(read(id), (found) => (found?.[portal.ownClient] === client ? found : null))
    },
    count: (found) => (found === null ? 0 : 1)
  }
}
