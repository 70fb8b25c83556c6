import type { IndexDefinition } from "./PgResource.ts"
import { pgResources } from "./PgResources.ts"

export type { IndexDefinition } from "./PgResource.ts"

/**
 * The indexes behind the reads of every resource. None can refuse a row that the table takes: a btree entry holds
 * at most 2,704 bytes, so rows with longer texts are left out of the entries that hold texts, and found by
 * indexes of their own.
 */
export const indexPack: ReadonlyArray<IndexDefinition> = Object.values(pgResources).flatMap(({ indexes }) => indexes)
