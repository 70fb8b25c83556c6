import type { ReadErrorCode } from "../HostError.ts"
import type { Page } from "../Page.ts"
import { uuid } from "./brokenRule.ts"
import { byNameThenId, judge, matchesSearch } from "./readRules.ts"
import { allOf } from "./reads.ts"
import type { OperationData, ResourceData, ResourceName } from "./resourceData.ts"
import { resources } from "./resources/data.ts"
import { defaultPageSize, firstPage } from "./resources/paging.ts"

/** What a mock is made with. */
export interface MockOptions {
  /** Every call fails with this code, whatever its input. */
  readonly fail?: ReadErrorCode
}

/** A record, or an input, by its fields. */
export type Values = Readonly<Record<string, unknown>>

/** The filters of a list; what is not given is null. A filter that is text is an id. */
const filtersOf = (list: OperationData, asked: Values): Values => {
  const [input] = list.arguments
  const types = typeof input === "object" && "record" in input ? input.record : {}
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const value = asked[name] ?? null
      return [name, type === "text" && typeof value === "string" ? value.toLowerCase() : value]
    })
  )
}

/** Refuses records that no host can have: an id that is no UUID, and one that is there twice. */
const refuseIds = (records: ReadonlyArray<Values>, id: string): void => {
  const seen = new Set<string>()
  for (const [at, record] of records.entries()) {
    const value = String(record[id])
    if (!uuid.test(value)) {
      throw new TypeError(
        `the mock's record ${at}: ${id} ${JSON.stringify(record[id])} is not a UUID: write one such as c0000000-0001-4000-8000-000000000001`
      )
    }
    if (seen.has(value.toLowerCase()))
      throw new TypeError(`the mock's record ${at}: ${id} ${value} is there twice: give it another`)
    seen.add(value.toLowerCase())
  }
}

/** A resource's records, as its mock finds them. Fields that no summary has are searched, and are in no result. */
export const mockRecords = (data: ResourceData, fixtures: ReadonlyArray<object>) => {
  const { fields, id, leavesOut, operations, searched, title } = data
  const idOf = (record: Values) => String(record[id])
  const nameOf = (record: Values) => String(record[title])
  refuseIds(fixtures as ReadonlyArray<Values>, id)
  const records = (fixtures as ReadonlyArray<Values>).toSorted(byNameThenId(nameOf, idOf))
  return {
    idOf,
    nameOf,
    find: (wanted: string) => records.find((record) => idOf(record).toLowerCase() === wanted.toLowerCase()) ?? null,
    shown: (record: Values) => Object.fromEntries(fields.map((field) => [field, record[field] ?? null])),
    /** Those that match a search and filters that keep the rules, in their order. */
    matching: ({ search, ...asked }: Values): ReadonlyArray<Values> => {
      const term = String(search ?? "").trim()
      const filters = filtersOf(operations["list"] as OperationData, asked)
      const passes = (record: Values) =>
        Object.entries(filters).every(([filter, value]) => {
          const marks = leavesOut[filter]
          return marks === undefined ? value === null || record[filter] === value : value === true || !record[marks]
        })
      const texts = (record: Values) => searched.map((field) => record[field] as string)
      return records.filter((record) => passes(record) && matchesSearch(term, idOf(record), texts(record)))
    }
  }
}

interface Paging {
  readonly page?: number | null | undefined
  readonly pageSize?: number | null | undefined
}

const pageOf = (matches: ReadonlyArray<object>, { page, pageSize }: Paging): Page<object> => {
  const [number, size] = [page ?? firstPage, pageSize ?? defaultPageSize]
  const start = (number - 1) * size
  return { items: matches.slice(start, start + size), totalCount: matches.length, page: number, pageSize: size }
}

/** A resource over plain data: it filters, orders, pages and judges input as the host does. */
export const mockReads = (name: ResourceName, fixtures: ReadonlyArray<object>, options?: MockOptions): object =>
  mockReadsOf(name, resources[name], fixtures, options)

/** {@link mockReads} of any resource. */
export const mockReadsOf = (
  name: string,
  data: ResourceData,
  fixtures: ReadonlyArray<object>,
  { fail }: MockOptions = {}
): object => {
  const { find, matching, shown } = mockRecords(data, fixtures)
  const list = async (input: object | null = {}) => {
    judge(`${name}.list`, fail, data, data.operations["list"], [input])
    const { page, pageSize, ...asked } = (input ?? {}) as Paging & Values
    return pageOf(matching(asked).map(shown), { page, pageSize })
  }
  return {
    list,
    all: allOf(name, data, list),
    get: async (given: string) => {
      judge(`${name}.get`, fail, data, data.operations["get"], [given])
      const record = find(given)
      return record === null ? null : shown(record)
    }
  }
}
