import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { IndexDefinition } from "../PgResource.ts"

/**
 * - `present`: built, under its own name.
 * - `present-elsewhere`: another index of the same table and definition serves in its place.
 * - `missing`: not there.
 * - `invalid`: left by a build that did not end.
 * - `building`: a session builds it right now.
 * - `differs`: its name belongs to an index of another definition.
 * - `no-table`: its table is not there.
 * - `no-extension`: it needs `pg_trgm`, which is not installed.
 */
export type IndexState =
  | "present"
  | "present-elsewhere"
  | "missing"
  | "invalid"
  | "building"
  | "differs"
  | "no-table"
  | "no-extension"

/** How one index of the pack stands in a database. */
export interface IndexStatus {
  readonly definition: IndexDefinition
  readonly state: IndexState
  /** The name of the index that serves; null where none does. */
  readonly servedBy: string | null
  /** Bytes on disk of that index, or of the one that has the name; null where there is none. */
  readonly bytes: number | null
}

interface Existing {
  readonly name: string
  readonly definition: string
  /** Refuses rows that ours takes. */
  readonly unique: boolean
  readonly valid: boolean
  readonly building: boolean
  readonly bytes: number
}

const existing = (definitions: ReadonlyArray<IndexDefinition>) =>
  Effect.flatMap(
    PgClient.PgClient,
    (sql) => sql<Existing>`
      SELECT
        class.relname AS name,
        substring(pg_get_indexdef(class.oid) FROM ' ON (.*)$') AS definition,
        index.indisunique AS unique,
        index.indisvalid AND index.indisready AND index.indislive AS valid,
        EXISTS (SELECT FROM pg_stat_progress_create_index AS run WHERE run.index_relid = class.oid) AS building,
        pg_relation_size(class.oid)::float8 AS bytes
      FROM pg_index AS index
      JOIN pg_class AS class ON class.oid = index.indexrelid
      JOIN pg_class AS held ON held.oid = index.indrelid
      WHERE class.relnamespace = 'public'::regnamespace
        AND (held.relname IN ${sql.in(definitions.map(({ table }) => table))}
          OR class.relname IN ${sql.in(definitions.map(({ name }) => name))})
      ORDER BY class.relname`
  )

const surroundings = (definitions: ReadonlyArray<IndexDefinition>) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const tables = yield* sql<{ readonly name: string }>`
      SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relname IN ${sql.in(definitions.map(({ table }) => table))}`
    const [trigram] = yield* sql<{ readonly schema: string | null }>`
      SELECT (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm') AS schema`
    return { tables: tables.map(({ name }) => name), trigram: trigram?.schema ?? null }
  })

const needsTrigram = ({ definition }: IndexDefinition) => /\bgi[ns]t?_trgm_ops\b/.test(definition)

/** How the given indexes stand, in their order. */
export const readStatus = (definitions: ReadonlyArray<IndexDefinition>) =>
  Effect.gen(function* () {
    if (definitions.length === 0) return []
    const { tables, trigram } = yield* surroundings(definitions)
    const indexes = yield* existing(definitions)
    return definitions.map((definition): IndexStatus => {
      const status = (state: IndexState, index?: Existing): IndexStatus => ({
        definition,
        state,
        servedBy: state === "present" || state === "present-elsewhere" ? (index?.name ?? null) : null,
        bytes: index?.bytes ?? null
      })
      const same = (index: Existing) => !index.unique && index.definition === definition.definition
      const equal = (index: Existing) => index.valid && same(index)
      const own = indexes.find(({ name }) => name === definition.name)
      if (own !== undefined && equal(own)) return status("present", own)
      const other = indexes.find(equal)
      if (own === undefined && other !== undefined) return status("present-elsewhere", other)
      if (own?.building) return status("building", own)
      if (!tables.includes(definition.table)) return status("no-table")
      if (needsTrigram(definition) && trigram === null) return status("no-extension", own)
      if (own === undefined) return status("missing")
      return status(same(own) ? "invalid" : "differs", own)
    })
  })
