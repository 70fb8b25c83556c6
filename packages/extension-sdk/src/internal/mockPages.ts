import { HostError } from "../HostError.ts"
import { brokenCursor } from "./brokenRule.ts"
import { type Place, placeOf, textOf } from "./mockCursor.ts"
import { type MockOptions, mockRecords, type Values } from "./mockReads.ts"
import { byNameThenId, judge, sortName } from "./readRules.ts"
import { allOf } from "./reads.ts"
import type { ResourceData, ResourceName } from "./resourceData.ts"
import { resources } from "./resources/data.ts"
import { defaultPageSize } from "./resources/paging.ts"

/** What a mock of the second edition is made with. */
export interface MockPagesOptions extends MockOptions {
  /** Answers as to a portal user of the client of this id, who sees that client alone, without its tags. Default: as to staff. */
  readonly portalClient?: string | undefined
}

interface PagesInput {
  readonly after?: unknown
  readonly pageSize?: number | null
  readonly tags?: ReadonlyArray<string> | null
  readonly withTotal?: boolean | null
}

const byPlace = byNameThenId<Place>(
  ({ name }) => name,
  ({ id }) => id
)

const tagsOf = (record: Values): ReadonlyArray<string> =>
  ((record["tags"] ?? []) as ReadonlyArray<string>).map((tag) => tag.toLowerCase())

/** The second edition of a resource over plain data: it filters, orders, turns pages and judges input as the host does. */
export const mockPages = (name: ResourceName, fixtures: ReadonlyArray<object>, options?: MockPagesOptions): object =>
  mockPagesOf(name, resources[name], fixtures, options)

/** {@link mockPages} of any resource. */
export const mockPagesOf = (
  name: string,
  data: ResourceData,
  fixtures: ReadonlyArray<object>,
  { fail, portalClient }: MockPagesOptions = {}
): object => {
  const records = mockRecords(data, fixtures)
  const place = (record: Values): Place => ({
    name: sortName(records.nameOf(record)),
    id: records.idOf(record).toLowerCase()
  })
  const hasTags = data.fields.includes("tags")
  const isSeen = (record: Values) => portalClient === undefined || records.idOf(record) === portalClient
  const shown = (record: Values) =>
    portalClient === undefined ? records.shown(record) : { ...records.shown(record), tags: [] }
  const list = async (input: object | null = {}) => {
    const operation = `${name}.list`
    judge(operation, fail, data, data.operations["list"], [input])
    const { after, pageSize, tags, withTotal, ...asked } = (input ?? {}) as Values & PagesInput
    const from = typeof after === "string" ? placeOf(after) : null
    const refuse = (why: string | null) => new HostError(operation, "invalid-input", { why })
    if (typeof after === "string" && from === null) throw refuse(brokenCursor(input))
    const wanted = hasTags ? (tags ?? null) : null
    if (wanted !== null && portalClient !== undefined) throw refuse("tags is not for users of the client portal")
    const [size, counts] = [pageSize ?? defaultPageSize, withTotal === true]
    const matches = records
      .matching(asked)
      .filter((record) => isSeen(record) && (wanted ?? []).every((tag) => tagsOf(record).includes(tag.toLowerCase())))
    const rest = matches
      .toSorted((left, right) => byPlace(place(left), place(right)))
      .filter((record) => from === null || byPlace(place(record), from) > 0)
    const items = rest.slice(0, size)
    const last = items.at(-1)
    return {
      items: items.map(shown),
      totalCount: counts ? matches.length : null,
      next: rest.length > size && last !== undefined ? textOf(place(last)) : null
    }
  }
  return {
    list,
    all: allOf(name, data, list),
    getMany: async (given: ReadonlyArray<string>) => {
      judge(`${name}.getMany`, fail, data, data.operations["getMany"], [given])
      return given.map((id) => {
        const record = records.find(id)
        return record === null || !isSeen(record) ? null : shown(record)
      })
    }
  }
}
