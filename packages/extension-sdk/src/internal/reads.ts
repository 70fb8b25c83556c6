import { allAfter } from "../AllAfter.ts"
import { type AllOptions, allPages } from "../AllPages.ts"
import type { CursorPage } from "../CursorPage.ts"
import type { Page } from "../Page.ts"
import { brokenCursor, brokenRule } from "./brokenRule.ts"
import { hostCall, hostError } from "./hostCall.ts"
import { liftRecords } from "./liftRecords.ts"
import { flag, type Lower, list, oneOf, option, record, text, u32 } from "./lower.ts"
import type { OperationData, ResourceData, ResourceFunctions, WorldType } from "./resourceData.ts"

const lowerOf = (type: WorldType): Lower<unknown> => {
  if (type === "text") return text
  if (type === "flag") return flag
  if (type === "whole-number") return u32
  if ("oneOf" in type) return oneOf(type.oneOf)
  if ("list" in type) return list(lowerOf(type.list))
  const fields = record(
    Object.fromEntries(Object.entries(type.record).map(([name, field]) => [name, option(lowerOf(field))]))
  )
  return (value, name) => fields(value ?? {}, name)
}

const expressible = <A>(lower: () => A): A | null => {
  try {
    return lower()
  } catch {
    return null
  }
}

/**
 * A call that keeps the host's order of checks. Some arguments cannot be expressed in the world (a page of 1.5, an
 * unknown enum case, an id that is not text). Others are sent in their place, which the host refuses after it has
 * checked capability and rights.
 */
const readCall = (
  operation: string,
  data: Pick<ResourceData, "id">,
  of: OperationData,
  call: (...args: ReadonlyArray<unknown>) => unknown
) => {
  const lowers = of.arguments.map(lowerOf)
  return async (...given: ReadonlyArray<unknown>): Promise<unknown> => {
    const lowered = expressible(() => lowers.map((lower, at) => lower(given[at], "input")))
    const why = () => brokenRule(data, of, given) ?? brokenCursor(given[0])
    const answer = hostCall(operation, () => call(...(lowered ?? of.breaking)), why)
    if (lowered === null) throw hostError(operation, "invalid-input", { why: why() })
    return answer
  }
}

type List = (input: object) => Promise<unknown>
type Pages = (page: object) => Promise<Page<object>>
type CursorPages = (page: object) => Promise<CursorPage<object>>

/** Whether a resource's pages are turned by cursor. */
export const isByCursor = ({ operations }: Pick<ResourceData, "operations">): boolean => {
  const [input] = operations["list"]?.arguments ?? []
  return typeof input === "object" && "record" in input && "after" in input.record
}

/** `all` of a resource, over any `list` of it. */
export const allOf =
  (name: string, data: Pick<ResourceData, "id" | "operations">, list: List) =>
  ({ maxCalls, ...filter }: AllOptions = {}): AsyncGenerator<object, void, undefined> => {
    const pages = (page: object) => list({ ...filter, ...page })
    return isByCursor(data)
      ? allAfter(`${name}.all`, pages as CursorPages, { maxCalls })
      : allPages(`${name}.all`, pages as Pages, (found) => String(Reflect.get(found, data.id)), { maxCalls })
  }

/** The binding of a resource over its interface in the world. */
export const readsOf = (name: string, data: ResourceData, functions: ResourceFunctions): object => {
  const calls = Object.entries(data.operations).map(([operation, of]) => [
    operation,
    readCall(`${name}.${operation}`, data, of, (...args) => liftRecords(data.fields, functions[of.member]?.(...args)))
  ])
  const reads: Readonly<Record<string, unknown>> = Object.fromEntries(calls)
  return "list" in reads ? { ...reads, all: allOf(name, data, reads["list"] as List) } : reads
}
