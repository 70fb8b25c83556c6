import { Schema } from "effect"

/**
 * A field that may be left out, as `undefined` or as `null`, which is how the wire and SQL write "nothing". The rule is
 * what a value of another type is told.
 */
export const absent = <S extends Schema.Constraint>(schema: S, rule?: string) =>
  Schema.optionalKey(Schema.Union([schema, Schema.Null, Schema.Undefined]).annotate({ message: rule }))
