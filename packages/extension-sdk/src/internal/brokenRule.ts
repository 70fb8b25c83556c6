import type { OperationData, ResourceData, WorldType } from "./resourceData.ts"

/** What is wrong with a value; null where nothing is. */
type Rule = (value: unknown) => string | null

/** The form of an id. */
export const uuid: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const isId = (value: unknown): value is string => typeof value === "string" && uuid.test(value)

const whole =
  (most: number): Rule =>
  (value) => {
    if (!Number.isInteger(value)) return "must be a whole number"
    return Number(value) >= 1 && Number(value) <= most ? null : `must be 1 to ${most}`
  }

const nul = "must not contain a NUL character"

const search: Rule = (value) => {
  if (typeof value !== "string") return "must be text"
  if ([...value.trim()].length > 200) return "must be at most 200 characters"
  return value.includes("\0") ? nul : null
}

const tags: Rule = (value) => {
  const isTag = (tag: unknown) => typeof tag === "string" && tag !== "" && [...tag].length <= 100 && !tag.includes("\0")
  if (!Array.isArray(value) || value.length < 1 || value.length > 20) return "must be 1 to 20 tags"
  return value.every(isTag) ? null : "must be tags of 1 to 100 characters, without NUL"
}

const cursor = "must be the `next` of an earlier page"

const named: Readonly<Record<string, Rule>> = {
  page: whole(10_000),
  pageSize: whole(100),
  search,
  tags,
  after: (value) => (typeof value === "string" ? null : "must be text")
}

const either = (cases: ReadonlyArray<string>): string => `must be ${cases.slice(0, -1).join(", ")} or ${cases.at(-1)}`

const ruleOf = (name: string, type: WorldType): Rule => {
  const known = named[name]
  if (known !== undefined) return known
  if (type === "flag") return (value) => (typeof value === "boolean" ? null : "must be true or false")
  if (typeof type === "object" && "oneOf" in type) {
    return (value) => (type.oneOf.some((one) => one === value) ? null : either(type.oneOf))
  }
  return (value) => (isId(value) ? null : "must be a UUID")
}

const ofRecord = (types: Readonly<Record<string, WorldType>>, given: unknown): string | null => {
  const input = (given ?? {}) as Readonly<Record<string, unknown>>
  for (const [name, type] of Object.entries(types)) {
    const value = input[name] ?? null
    const broken = value === null ? null : ruleOf(name, type)(value)
    if (broken !== null) return `${name} ${broken}`
  }
  return null
}

const ofIds = (given: unknown): boolean =>
  Array.isArray(given) && given.length >= 1 && given.length <= 100 && given.every(isId)

/**
 * The first rule of a read that its arguments break, as its field and what that must be; null where they break none that is known
 * here. The host decides; this says why, to the author, in the same words.
 */
export const brokenRule = (
  { id }: Pick<ResourceData, "id">,
  { arguments: types }: Pick<OperationData, "arguments">,
  given: ReadonlyArray<unknown>
): string | null => {
  const [[type], [value]] = [types, given]
  if (type === "text") return isId(value) ? null : `${id} must be a UUID`
  if (typeof type !== "object") return null
  if ("list" in type) return ofIds(value) ? null : `${id}s must be 1 to 100 UUIDs`
  return "record" in type ? ofRecord(type.record, value) : null
}

/** The rule that a cursor breaks which is a text: whether it is one is for who gave it. */
export const brokenCursor = (input: unknown): string | null =>
  typeof input === "object" && input !== null && "after" in input && typeof input.after === "string"
    ? `after ${cursor}`
    : null
