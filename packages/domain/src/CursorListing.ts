import { Effect, type Schema } from "effect"
import { InvalidInput } from "./CallError.ts"
import { type CursorPage, type CursorQuery, cursorPageOf } from "./CursorPage.ts"
import * as Input from "./internal/input.ts"
import type { ListPortalRule, ReadOperation, Withheld } from "./ReadOperation.ts"
import { worldTypeOf } from "./WorldType.ts"

/** A list by cursor. */
export const cursorListing = <Decoded, Encoded, Query extends CursorQuery, Summary extends object>(options: {
  readonly member: string
  readonly Input: Schema.Codec<Decoded, Encoded>
  readonly Summary: Schema.Codec<Summary, unknown>
  /** The query for an input that keeps the rules. */
  readonly query: (input: Decoded) => Query
  readonly portal: ListPortalRule<Query, Summary>
  /** Default: none. */
  readonly withheld?: Withheld<Summary>
}): ReadOperation<[input?: Encoded | null], Query, CursorPage<Summary>> => {
  const { withheld = {}, portal } = options
  const decode = Input.decode(options.Input, "input")
  const filters = Object.keys(withheld)
  return {
    member: options.member,
    arguments: [worldTypeOf(options.Input)],
    Input: options.Input,
    breaking: [{ pageSize: 0 }],
    Found: cursorPageOf(options.Summary),
    query: (input) => Effect.map(decode(input ?? {}), options.query),
    notForPortal: (query) => {
      const field = filters.find((name) => (Reflect.get(query, name) ?? null) !== null)
      return field === undefined ? null : new InvalidInput({ field, why: "is not for users of the client portal" })
    },
    forPortal: (query, client, read) => {
      if (portal !== "every record" && client === null) {
        return Effect.succeed({ items: [], totalCount: query.withTotal ? 0 : null, next: null })
      }
      const narrowed = portal === "every record" ? query : { ...query, onlyClient: client }
      return Effect.map(read(narrowed), (page) => ({
        ...page,
        items: page.items.map((item) => ({ ...item, ...withheld }))
      }))
    },
    count: (page) => page.items.length
  }
}
