import { HostError, type ReadErrorCode } from "../HostError.ts"
import { brokenRule } from "./brokenRule.ts"
import type { OperationData, ResourceData } from "./resourceData.ts"

/** Fails a read of a mock as the host does: with `fail` first, as a guard does, then where its arguments break a rule. */
export const judge = (
  operation: string,
  fail: ReadErrorCode | undefined,
  data: Pick<ResourceData, "id">,
  of: OperationData | undefined,
  given: ReadonlyArray<unknown>
): void => {
  if (fail !== undefined) throw new HostError(operation, fail)
  const why = of === undefined ? null : brokenRule(data, of, given)
  if (why !== null) throw new HostError(operation, "invalid-input", { why })
}

const codePoints = (text: string): ReadonlyArray<number> => [...text].map((character) => character.codePointAt(0) ?? 0)

/** Orders texts by code point, as every list does. */
export const compareText = (left: string, right: string): number => {
  const [a, b] = [codePoints(left), codePoints(right)]
  const difference = a.findIndex((point, at) => point !== b[at])
  return difference < 0 ? a.length - b.length : (a[difference] ?? 0) - (b[difference] ?? -1)
}

/** A list by cursor counts so many characters of a name, in lower case. */
export const sortName = (name: string): string => [...name.toWellFormed().toLowerCase()].slice(0, 750).join("")

/** The order of every list: the name without regard to case, by code point, then the id. */
export const byNameThenId =
  <Item>(name: (item: Item) => string, id: (item: Item) => string) =>
  (left: Item, right: Item): number =>
    compareText(name(left).toLowerCase(), name(right).toLowerCase()) || compareText(id(left), id(right))

/** For searches: lower case, in which σ and ς, which ends a word, are one letter. */
const folded = (text: string): string => text.toLowerCase().replaceAll("ς", "σ")

/** Whether a search term is part of one of the texts, or is the id. An empty term finds everything. */
export const matchesSearch = (term: string, id: string, texts: ReadonlyArray<string | null>): boolean =>
  term === "" ||
  id.toLowerCase() === term.toLowerCase() ||
  texts.some((text) => folded(text ?? "").includes(folded(term)))
