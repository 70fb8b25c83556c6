import type { ReadErrorCode } from "../HostError.ts"
import { byNameThenId, matchesSearch, type ReadRules, readRules } from "./readRules.ts"
import { allOf } from "./reads.ts"
import type { OperationData, ResourceData, ResourceName } from "./resourceData.ts"
import { resources } from "./resources/data.ts"

/** What a mock is made with. */
export interface MockOptions {
  /** Every call fails with this code, whatever its input. */
  readonly fail?: ReadErrorCode
}

type Values = Readonly<Record<string, unknown>>

/** The filters of a list, judged. A filter that is text is an id. */
const filtersOf = (rules: ReadRules, list: OperationData, asked: Values): Values => {
  const [input] = list.arguments
  const types = typeof input === "object" && "record" in input ? input.record : {}
  const judged = Object.entries(types).map(([name, type]) => {
    const value = asked[name]
    if (type === "flag") return [name, rules.flag(value as never)]
    if (typeof type === "object" && "oneOf" in type) return [name, rules.oneOf(value as never, type.oneOf)]
    return [name, value === null || value === undefined ? null : rules.id(value as never)]
  })
  return Object.fromEntries(judged)
}

/**
 * A resource over plain data: it filters, orders, pages and judges input as the host does. Fields that no summary has are
 * searched, where the resource says so, and are in no result.
 */
export const mockReads = (name: ResourceName, fixtures: ReadonlyArray<object>, { fail }: MockOptions = {}): object => {
  const data: ResourceData = resources[name]
  const { fields, id, leavesOut, operations, searched, title } = data
  const idOf = (record: Values) => String(record[id])
  const records = (fixtures as ReadonlyArray<Values>).toSorted(byNameThenId((record) => String(record[title]), idOf))
  const shown = (record: Values) => Object.fromEntries(fields.map((field) => [field, record[field] ?? null]))
  const list = async (input: object | null = {}) => {
    const rules = readRules(`${name}.list`, fail)
    const { page, pageSize, search, ...rest } = (input ?? {}) as Values
    const term = rules.search(search as never)
    const filters = filtersOf(rules, operations["list"] as OperationData, rest)
    const passes = (record: Values) =>
      Object.entries(filters).every(([filter, value]) => {
        const marks = leavesOut[filter]
        return marks === undefined ? value === null || record[filter] === value : value === true || !record[marks]
      })
    const matches = records.filter(
      (record) =>
        passes(record) &&
        matchesSearch(
          term,
          idOf(record),
          searched.map((field) => record[field] as string)
        )
    )
    return rules.page(matches.map(shown), { page: page as never, pageSize: pageSize as never })
  }
  return {
    list,
    all: allOf(name, data, list),
    get: async (given: string) => {
      const wanted = readRules(`${name}.get`, fail).id(given)
      const record = records.find((one) => idOf(one).toLowerCase() === wanted)
      return record === undefined ? null : shown(record)
    }
  }
}
