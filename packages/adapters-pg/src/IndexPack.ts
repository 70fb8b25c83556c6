import { pgResources } from "./PgResources.ts"

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

/**
 * The indexes behind the reads of every resource. None can refuse a row that the table takes: a btree entry holds
 * at most 2,704 bytes, so rows with longer texts are left out of the entries that hold texts, and found by
 * indexes of their own.
 */
export const indexPack: ReadonlyArray<IndexDefinition> = Object.values(pgResources).flatMap(({ indexes }) => indexes)
