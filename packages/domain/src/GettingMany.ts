import { Effect, Schema } from "effect"
import { InvalidInput } from "./CallError.ts"
import { paging } from "./Page.ts"
import type { PortalRule, ReadOperation, Withheld } from "./ReadOperation.ts"

/** How many ids a call may have. */
const mostIds = paging.maxPageSize

/**
 * A read of many records by their ids: one entry for each id in the order asked, null where there is no such record that may
 * be seen. An id that is asked twice is answered twice.
 */
export const gettingMany = <Id extends string, Summary extends object>(options: {
  readonly member: string
  /** The name of the ids, for callers. */
  readonly ids: string
  /** The field of a summary that holds its id. */
  readonly id: keyof Summary & string
  readonly Id: Schema.Codec<Id, string>
  readonly Summary: Schema.Codec<Summary, unknown>
  readonly portal: PortalRule<keyof Summary & string>
  /** Default: none. */
  readonly withheld?: Withheld<Summary>
}): ReadOperation<[ids: ReadonlyArray<string>], ReadonlyArray<Id>, ReadonlyArray<Summary | null>> => {
  const { id, withheld = {}, portal } = options
  const decode = Schema.decodeUnknownEffect(Schema.Array(options.Id))
  const invalid = () => new InvalidInput({ field: options.ids, why: `must be 1 to ${mostIds} UUIDs` })
  const inOrder = (ids: ReadonlyArray<Id>, found: ReadonlyArray<Summary | null>) => {
    const shown = found.flatMap((record) =>
      record === null ? [] : [[record[id], { ...record, ...withheld }] as const]
    )
    const byId = new Map<unknown, Summary>(shown)
    return ids.map((one) => byId.get(one) ?? null)
  }
  return {
    member: options.member,
    arguments: [{ list: "text" }],
    breaking: [[]],
    Found: Schema.Array(Schema.NullOr(options.Summary)),
    query: (ids: unknown) =>
      Array.isArray(ids) && ids.length >= 1 && ids.length <= mostIds
        ? Effect.mapError(decode(ids), invalid)
        : Effect.fail(invalid()),
    forPortal: (ids, client, read) => {
      if (portal === "every record") return Effect.map(read(ids), (found) => inOrder(ids, found))
      // Of records that are clients themselves, no other is asked for at all.
      const asked = portal.ownClient === id ? ids.filter((one) => client === (one as string)) : ids
      if (client === null || asked.length === 0) return Effect.succeed(ids.map(() => null))
      return Effect.map(read(asked), (found) =>
        inOrder(
          ids,
          found.filter((record) => record?.[portal.ownClient] === client)
        )
      )
    },
    count: (found) => found.filter((record) => record !== null).length
  }
}
