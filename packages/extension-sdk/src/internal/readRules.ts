import { HostError, type ReadErrorCode } from "../HostError.ts"
import type { Page } from "../Page.ts"

/** The form of an id. */
export const uuid: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The input rules of the guarded reads, for mocks that judge as the host does. */
export interface ReadRules {
  readonly search: (value: string | null | undefined) => string | null
  readonly flag: (value: boolean | null | undefined) => boolean | null
  readonly oneOf: <Case extends string>(value: Case | null | undefined, cases: ReadonlyArray<Case>) => Case | null
  readonly id: (value: string) => string
  /** 1 to 100 of them. */
  readonly ids: (value: ReadonlyArray<string>) => ReadonlyArray<string>
  readonly pageSize: (value: number | null | undefined) => number
  /** 1 to 20 texts of 1 to 100 characters, in lower case; null for none. */
  readonly tags: (value: ReadonlyArray<string> | null | undefined) => ReadonlyArray<string> | null
  /** What a text stands for; one that stands for nothing is refused. */
  readonly after: <Place>(value: string | null | undefined, place: (text: string) => Place | null) => Place | null
  readonly page: <Item>(
    matches: ReadonlyArray<Item>,
    input: { readonly page?: number | null | undefined; readonly pageSize?: number | null | undefined }
  ) => Page<Item>
}

/** The rules for one operation. `fail` makes every rule fail with that code first, as a guard does. */
export const readRules = (operation: string, fail: ReadErrorCode | undefined): ReadRules => {
  if (fail !== undefined) throw new HostError(operation, fail)
  const check = (valid: boolean): void => {
    if (!valid) throw new HostError(operation, "invalid-input")
  }
  const whole = (value: number | null | undefined, max: number, fallback: number): number => {
    const number = value ?? fallback
    check(Number.isInteger(number) && number >= 1 && number <= max)
    return number
  }
  const id = (value: string): string => {
    check(typeof value === "string" && uuid.test(value))
    return value.toLowerCase()
  }
  const isTag = (value: unknown): boolean =>
    typeof value === "string" && value !== "" && [...value].length <= 100 && !value.includes("\0")
  return {
    ids: (value) => {
      check(Array.isArray(value) && value.length >= 1 && value.length <= 100)
      return value.map(id)
    },
    pageSize: (value) => whole(value, 100, 25),
    tags: (value) => {
      if (value === null || value === undefined) return null
      check(Array.isArray(value) && value.length >= 1 && value.length <= 20 && value.every(isTag))
      return value.map((tag) => tag.toLowerCase())
    },
    after: (value, place) => {
      if (value === null || value === undefined) return null
      const found = typeof value === "string" ? place(value) : null
      check(found !== null)
      return found
    },
    search: (value) => {
      if (value === null || value === undefined) return null
      check(typeof value === "string")
      const trimmed = value.trim()
      check([...trimmed].length <= 200 && !trimmed.includes("\0"))
      return trimmed === "" ? null : trimmed.toLowerCase()
    },
    flag: (value) => {
      if (value === null || value === undefined) return null
      check(typeof value === "boolean")
      return value
    },
    oneOf: (value, cases) => {
      if (value === null || value === undefined) return null
      check(cases.includes(value))
      return value
    },
    id,
    page: (matches, input) => {
      const page = whole(input.page, 10_000, 1)
      const pageSize = whole(input.pageSize, 100, 25)
      const start = (page - 1) * pageSize
      return { items: matches.slice(start, start + pageSize), totalCount: matches.length, page, pageSize }
    }
  }
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

/** Whether a lower-cased search term is part of one of the texts, or is the id. */
export const matchesSearch = (term: string | null, id: string, texts: ReadonlyArray<string | null>): boolean =>
  term === null || id.toLowerCase() === term || texts.some((text) => text?.toLowerCase().includes(term) ?? false)
