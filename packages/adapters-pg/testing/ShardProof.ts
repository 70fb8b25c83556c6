import { loadModule, parseSync } from "libpg-query"
import { secretTable } from "../src/PgInstallSecrets.ts"
import { readTables } from "../src/ReadColumns.ts"
import { reachedThrough } from "./TenantRules.ts"

await loadModule()

/** The tables that a database distributed by tenant holds whole on every node: the registry, and the list of tenants. */
const referenceTables: ReadonlySet<string> = new Set(["tenants", ...reachedThrough.keys()])

/** The tables that are distributed, by the type of the column that says whose a row is. Only tables of one type lie together. */
export const distributedTables = [...readTables, secretTable].flatMap(({ table, tenant }) =>
  tenant === null || referenceTables.has(table) ? [] : [{ table, ...tenant }]
)

const namesIn = (tree: unknown): ReadonlyArray<string> => {
  if (typeof tree !== "object" || tree === null) return []
  return Object.entries(tree).flatMap(([kind, inside]) =>
    kind === "RangeVar" && typeof inside?.relname === "string" ? [inside.relname] : namesIn(inside)
  )
}

/**
 * The types of distribution columns among the tables of a statement. With one at most, and each table bound to the caller's
 * tenant, all its rows lie in one shard of one node; with two they need not.
 */
export const distributionsIn = (text: string): ReadonlyArray<string> => {
  const names = new Set(namesIn(parseSync(text)))
  return [...new Set(distributedTables.filter(({ table }) => names.has(table)).map(({ type }) => type))]
}
