import { Data } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"

/** A placeholder for the named value: the same one wherever the name stands. */
export type Placeholder<Name extends string> = (name: Name) => Fragment

/** A list of words of the code's own, such as an enum's, as they stand in SQL. Never for values of a call. */
export const literals = (sql: SqlClient, words: ReadonlyArray<string>): Fragment =>
  sql.literal(`(${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(", ")})`)

/** An array of texts as PostgreSQL reads it from one text, which every driver sends alike. */
export const arrayText = (texts: ReadonlyArray<string>): string =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`

/** Makes the statement with these values. */
export type Prepared<Name extends string> = (values: Readonly<Record<Name, unknown>>) => Statement<object>

/** A statement was given a value instead of a {@link Placeholder}. */
class ValueInText extends Data.TaggedError("ValueInText")<{ readonly text: string }> {}

/**
 * A statement whose text is made once, for all values. Its parameters are numbered in the order in which their names
 * first stand in it; a name that stands in it often is one parameter.
 */
export const prepare = <Name extends string>(
  sql: SqlClient,
  build: (value: Placeholder<Name>) => Statement<unknown>
): Prepared<Name> => {
  const names: Array<Name> = []
  const [text, given] = build((name) => {
    if (!names.includes(name)) names.push(name)
    return sql.literal(`$${names.indexOf(name) + 1}`)
  }).compile()
  if (given.length > 0) throw new ValueInText({ text })
  return (values) =>
    sql.unsafe(
      text,
      names.map((name) => values[name])
    )
}

/**
 * {@link prepare} for a statement that has several shapes, of which each is made when it is first needed. A shape is
 * told by flags alone, so there are few.
 */
export const prepareShapes = <Shape extends Readonly<Record<string, boolean>>, Name extends string>(
  sql: SqlClient,
  build: (shape: Shape, value: Placeholder<Name>) => Statement<unknown>
): ((shape: Shape, values: Readonly<Record<Name, unknown>>) => Statement<object>) => {
  const made = new Map<string, Prepared<Name>>()
  return (shape, values) => {
    const key = Object.values(shape).map(Number).join("")
    let statement = made.get(key)
    if (statement === undefined) {
      statement = prepare(sql, (value: Placeholder<Name>) => build(shape, value))
      made.set(key, statement)
    }
    return statement(values)
  }
}
