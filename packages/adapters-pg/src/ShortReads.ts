import { Context } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"

/**
 * The client for statements that find one record by its key, where it is another one than the `SqlClient` for lists.
 * Such statements take microseconds, so they can share connections and go out in one write. Behind a list, which can
 * take a thousand times as long, they would wait. Unset by default: everything then goes through the one `SqlClient`.
 */
export const ShortReads = Context.Reference<SqlClient | undefined>("@alga-psa/ext-adapters-pg/ShortReads", {
  defaultValue: () => undefined
})
