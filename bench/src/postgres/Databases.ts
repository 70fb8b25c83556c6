import { createTables } from "@alga-psa/ext-adapters-pg/Fixture"
import { indexPack } from "@alga-psa/ext-adapters-pg/IndexPack"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, type Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { loadStatements, type Population } from "./Population.ts"

/** Two databases with the same rows on one server. */
export interface Databases {
  /** With Alga's own indexes and no others. */
  readonly bare: Redacted.Redacted
  /** With the index pack too. */
  readonly packed: Redacted.Redacted
}

/** To be changed with what the loader writes: a database of another edition is not used again. */
const edition = 4

const locale = (serverVersion: number): string =>
  serverVersion >= 170000
    ? "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
    : "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"

const at = (url: string, database: string) => {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return Redacted.make(changed.toString())
}

/** One connection that may write, for as long as the effect runs. */
export const administering = <A, E>(
  url: Redacted.Redacted,
  use: (run: (statement: string) => Effect.Effect<ReadonlyArray<object>, SqlError>) => Effect.Effect<A, E>
): Effect.Effect<A, E | SqlError> =>
  Effect.flatMap(PgClient.PgClient, (sql) => use((statement) => sql.unsafe<object>(statement).unprepared)).pipe(
    Effect.provide(PgClient.layer({ url, maxConnections: 1 }))
  )

const exists = (url: string, database: string, comment: string) =>
  administering(Redacted.make(url), (run) =>
    Effect.map(
      run(
        `SELECT 1 FROM pg_database WHERE datname = '${database}' AND shobj_description(oid, 'pg_database') = '${comment}'`
      ),
      (rows) => rows.length > 0
    )
  )

const create = (url: string, database: string, options: string) =>
  administering(Redacted.make(url), (run) =>
    Effect.andThen(
      run(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
      run(`CREATE DATABASE ${database} ${options}`)
    )
  )

const done = (url: string, database: string, comment: string) =>
  administering(Redacted.make(url), (run) => run(`COMMENT ON DATABASE ${database} IS '${comment}'`))

/** Indexes that keep no constraint: quicker made after the rows than kept while they come. */
const plainIndexes = `
  SELECT pg_get_indexdef(i.indexrelid) AS definition, i.indexrelid::regclass::text AS name
  FROM pg_index AS i
  WHERE i.indrelid::regclass::text IN ('clients', 'service_catalog', 'tag_mappings')
    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)`

const fill = (url: Redacted.Redacted, people: Population) =>
  Effect.andThen(
    Effect.provide(createTables, PgClient.layer({ url, maxConnections: 1 })),
    administering(url, (run) =>
      Effect.gen(function* () {
        const indexes = (yield* run(plainIndexes)) as ReadonlyArray<{
          readonly definition: string
          readonly name: string
        }>
        yield* Effect.forEach(indexes, ({ name }) => run(`DROP INDEX ${name}`))
        yield* run("SET session_replication_role = replica")
        yield* Effect.forEach(loadStatements(people), run)
        yield* Effect.forEach(indexes, ({ definition }) => run(definition))
        yield* run("VACUUM (ANALYZE)")
        yield* run("CHECKPOINT")
      })
    )
  )

const pack = (url: Redacted.Redacted) =>
  administering(url, (run) =>
    Effect.andThen(
      Effect.forEach(
        indexPack.filter(({ optIn }) => !optIn),
        ({ name, definition }) => run(`CREATE INDEX ${name} ON ${definition}`)
      ),
      run("VACUUM (ANALYZE)")
    )
  )

/** The pack's definitions in a few digits: with another pack the database is made again. */
const packDigest = () => {
  const text = JSON.stringify(indexPack)
  let digest = 7
  for (let at = 0; at < text.length; at++) digest = (Math.imul(digest, 31) + text.charCodeAt(at)) | 0
  return (digest >>> 0).toString(16)
}

/** Databases of this population on the server; those of an earlier run when they hold the same. */
export const databases = (
  url: string,
  people: Population,
  tell: (what: string) => Effect.Effect<void>
): Effect.Effect<Databases, SqlError> =>
  Effect.gen(function* () {
    const bare = `alga_bench_${people.large}_bare`
    const packed = `alga_bench_${people.large}_packed`
    const same = `edition ${edition}`
    const samePack = `${same} pack ${packDigest()}`
    const [version] = (yield* administering(Redacted.make(url), (run) =>
      run("SELECT current_setting('server_version_num')::int4 AS version")
    )) as ReadonlyArray<{ readonly version: number }>
    if (!(yield* exists(url, bare, same))) {
      yield* tell("loading, which takes minutes")
      yield* create(url, bare, `TEMPLATE template0 ENCODING 'UTF8' ${locale(version?.version ?? 0)}`)
      yield* fill(at(url, bare), people)
      yield* done(url, bare, same)
    }
    if (!(yield* exists(url, packed, samePack))) {
      yield* tell("making the index pack on a copy")
      yield* create(url, packed, `TEMPLATE ${bare} STRATEGY file_copy`)
      yield* pack(at(url, packed))
      yield* done(url, packed, samePack)
    }
    return { bare: at(url, bare), packed: at(url, packed) }
  })

/** {@link databases} that are dropped when the scope closes. */
export const passingDatabases = (url: string, people: Population): Effect.Effect<Databases, SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    databases(url, people, () => Effect.void),
    (made) =>
      administering(Redacted.make(url), (run) =>
        Effect.forEach([made.packed, made.bare], (it) =>
          run(`DROP DATABASE IF EXISTS ${new URL(Redacted.value(it)).pathname.slice(1)} WITH (FORCE)`)
        )
      ).pipe(Effect.orDie)
  )
