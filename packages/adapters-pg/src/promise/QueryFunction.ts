/** Rows as a driver gives them. */
export type Rows = ReadonlyArray<object>

/**
 * Runs one statement with values for `$1`, `$2`, … and gives its rows, alone or as the `rows` of a result. A statement reads one row
 * with one column of text, so a driver's parsers of types and its names of columns change nothing.
 */
export type QueryFunction = (sql: string, values: ReadonlyArray<unknown>) => PromiseLike<Rows | { readonly rows: Rows }>

/** A `Pool`, `Client` or `PoolClient` of `pg`. */
export interface Pg {
  query(sql: string, values: Array<unknown>): PromiseLike<{ readonly rows: Rows }>
}

/** A `knex`, or a transaction of it. */
export interface Knex {
  raw(sql: string, bindings: Array<never>): PromiseLike<{ readonly rows: Rows }>
}

/** A `sql` of postgres.js, or that of `sql.begin` and `sql.reserve`. */
export interface Postgres {
  unsafe(sql: string, values: Array<never>): PromiseLike<Rows>
}

/** A `PGlite`, or a transaction of it. */
export interface Pglite {
  query(sql: string, values: Array<unknown>): PromiseLike<{ readonly rows: Array<unknown> }>
}

/** Reads through a pool or a client of `pg`. */
export const fromPg =
  (client: Pg): QueryFunction =>
  (sql, values) =>
    client.query(sql, [...values])

/** Reads through knex, or inside a transaction of it. */
export const fromKnex =
  (knex: Knex): QueryFunction =>
  (sql, values) => {
    const bindings: Array<unknown> = []
    const text = sql.replaceAll(/\$(\d+)/g, (_, number) => {
      bindings.push(values[Number(number) - 1])
      return "?"
    })
    return knex.raw(text, bindings as Array<never>)
  }

/** Reads through postgres.js, or inside a transaction of it. */
export const fromPostgres =
  (sql: Postgres): QueryFunction =>
  (text, values) =>
    sql.unsafe(text, values as Array<never>)

/** Reads through PGlite, or inside a transaction of it. */
export const fromPglite =
  (database: Pglite): QueryFunction =>
  (sql, values) =>
    database.query(sql, [...values]) as PromiseLike<{ readonly rows: Rows }>
