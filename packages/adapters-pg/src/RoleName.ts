import { Schema } from "effect"

/** The name of a role that needs no quotes in SQL: lower-case letters, digits and underscores, 63 at most. */
export const RoleName = Schema.String.check(
  Schema.isPattern(/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/, {
    message: "must be 1 to 63 lower-case letters, digits and underscores, not begin with a digit or pg_"
  })
).pipe(Schema.brand("RoleName"))
export type RoleName = typeof RoleName.Type
