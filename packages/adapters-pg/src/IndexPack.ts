import type { IndexDefinition } from "./PgResource.ts"
import { pgResources } from "./PgResources.ts"

/**
 * The indexes behind the reads of every resource. No index can refuse a row that the table takes. A btree entry holds
 * at most 2,704 bytes, so rows with longer texts are left out of indexes on texts, and found by indexes of their own.
 */
export const indexPack: ReadonlyArray<IndexDefinition> = Object.values(pgResources).flatMap(({ indexes }) => indexes)
