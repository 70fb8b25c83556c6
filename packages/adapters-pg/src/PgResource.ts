import type { Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"

/** Columns by table: every column of it that a statement names, in any clause, the tenant's included. */
export type ReadColumns = Readonly<Record<string, ReadonlyArray<string>>>

/** An index of this project's own on one of Alga PSA's tables. No query needs one to be right. */
export interface IndexDefinition {
  readonly name: string
  readonly table: string
  /**
   * What follows `CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON`, as `pg_get_indexdef` prints it: two indexes are the
   * same when the text after their names is.
   */
  readonly definition: string
  /** Which reads it is there for, and what it costs. */
  readonly serves: string
  /** True when only an installation that asks for it should have it. */
  readonly optIn: boolean
}

/** A resource over Alga's tables: its reader, the columns that this reads, and the indexes that make it fast. */
export interface PgResource<Reader> {
  readonly reader: Layer.Layer<Reader, never, SqlClient>
  readonly columns: ReadColumns
  readonly indexes: ReadonlyArray<IndexDefinition>
}
