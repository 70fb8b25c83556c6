import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { distributedTables } from "./ShardProof.ts"

/** In how many partitions each distributed table lies. */
export const partitions = 8

/** A partition's name, in which {@link partitionOf} finds its number. */
const partitionName = (table: string, number: number) => `${table}_of_shard_${number}`

/** The number of a partition by its name; null for a table that is none. */
export const partitionOf = (relation: string): number | null => {
  const [, number] = /_of_shard_(\d+)$/.exec(relation) ?? []
  return number === undefined ? null : Number(number)
}

const scriptOf = ({ column, table }: (typeof distributedTables)[number]): ReadonlyArray<string> => [
  `ALTER TABLE ${table} RENAME TO ${table}_whole`,
  `CREATE TABLE ${table} (LIKE ${table}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY HASH (${column})`,
  `DROP TABLE ${table}_whole CASCADE`,
  ...Array.from(
    { length: partitions },
    (_, number) =>
      `CREATE TABLE ${partitionName(table, number)} PARTITION OF ${table}
       FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${number})`
  )
]

/**
 * Lays the empty tables of a database that are distributed by tenant out in partitions, by the hash of the same column: what
 * a statement reads of them is then to be seen in its plan. They lose their keys.
 */
export const partitionByTenant: Effect.Effect<void, SqlError, PgClient.PgClient> = Effect.flatMap(
  PgClient.PgClient,
  (sql) =>
    Effect.forEach(distributedTables.flatMap(scriptOf), (statement) => sql.unsafe(statement).unprepared, {
      discard: true
    })
)
