import { SchemaIssue } from "effect"

/** A rule that a value breaks: where, and what it must be instead. */
export interface BrokenRule {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * The rules that a value breaks, of which there is one at least. The formatter's type allows paths of other shapes;
 * Effect makes them of plain keys.
 */
export const brokenRules = (issue: SchemaIssue.Issue): readonly [BrokenRule, ...ReadonlyArray<BrokenRule>] =>
  format(issue).issues as unknown as readonly [BrokenRule, ...ReadonlyArray<BrokenRule>]
