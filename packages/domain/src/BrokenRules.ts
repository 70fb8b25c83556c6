import { SchemaIssue } from "effect"

/** A rule that a value breaks: where, and what it must be instead. */
export interface BrokenRule {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list"
}

/** What a rule without a message of its own says. Effect words it for who writes the schema, and not for who breaks it. */
const inOurWords = (message: string): string => {
  if (message === "Missing key") return "is missing"
  if (message === "Expected no excess property") return "is unknown"
  if (!message.startsWith("Expected ")) return message
  const wanted = message.slice("Expected ".length).replaceAll(/ \| (?:null|undefined)|"/g, "")
  return `must be ${wanted
    .split(" | ")
    .map((one) => words[one] ?? one)
    .join(" or ")}`
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * The rules that a value breaks, of which there is one at least. The formatter's type allows paths of other shapes;
 * Effect makes them of plain keys.
 */
export const brokenRules = (issue: SchemaIssue.Issue): readonly [BrokenRule, ...ReadonlyArray<BrokenRule>] =>
  format(issue).issues.map(({ message, path }) => ({ path, message: inOurWords(message) })) as unknown as readonly [
    BrokenRule,
    ...ReadonlyArray<BrokenRule>
  ]

/** A path as JavaScript writes it: `api.endpoints[0].method`. */
export const placeOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (place, key) => (typeof key === "number" ? `${place}[${key}]` : `${place}${place === "" ? "" : "."}${String(key)}`),
    ""
  )

/** The first rule that a value breaks, with its place where that is not the whole of it. */
export const firstRule = (issue: SchemaIssue.Issue): string => {
  const [{ message, path }] = brokenRules(issue)
  return path.length === 0 ? message : `${placeOf(path)}: ${message}`
}
