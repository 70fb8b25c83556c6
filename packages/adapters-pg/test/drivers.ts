import type { PGlite } from "@electric-sql/pglite"
import createKnex from "knex"
import pg from "pg"
import createPostgres from "postgres"
import { fromKnex, fromPg, fromPglite, fromPostgres, type QueryFunction } from "../src/promise.ts"

/** A query function over a driver that a test uses, and its end. */
export interface Driver {
  readonly query: QueryFunction
  readonly end: () => Promise<void>
}

const wrong = (text: string): unknown => `parsed: ${text}`

/** Parsers of a code base that reads nothing as the driver would: numbers, flags, dates, arrays and JSON. */
const hostileParsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: wrong,
  20: BigInt,
  114: wrong,
  701: BigInt,
  1184: wrong,
  1700: Number,
  1009: wrong,
  2950: wrong,
  2951: wrong,
  3802: wrong
}

const hostileTypes = { getTypeParser: (oid: number) => hostileParsers[oid] ?? ((text: string) => text) }

const poolOf = (options: pg.PoolConfig): Driver => {
  const pool = new pg.Pool(options).on("error", () => {})
  return { query: fromPg(pool), end: () => pool.end() }
}

const camel = (text: string) => text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const snake = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const named = (row: object) => Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value]))

/** Names of columns as mappers of knex turn them. */
const mappers = {
  wrapIdentifier: (name: string, wrap: (name: string) => string) => wrap(snake(name)),
  postProcessResponse: (found: { readonly rows: ReadonlyArray<object> }) => ({ ...found, rows: found.rows.map(named) })
}

const knexOf = (url: string, options: object): Driver => {
  const knex = createKnex({ client: "pg", connection: url, pool: { min: 0, max: 2 }, ...options })
  return { query: fromKnex(knex), end: () => knex.destroy() }
}

const postgresOf = (url: string, options: createPostgres.Options<never>): Driver => {
  const sql = createPostgres(url, { max: 2, onnotice: () => {}, ...options })
  return { query: fromPostgres(sql), end: () => sql.end() }
}

const hostilePostgresTypes = Object.fromEntries(
  Object.entries(hostileParsers).map(([oid, parse]) => [
    `type${oid}`,
    { to: Number(oid), from: [Number(oid)], parse, serialize: String }
  ])
)

const pgliteOf = (database: PGlite): Driver => ({ query: fromPglite(database), end: async () => {} })

const withParsers = (database: PGlite): Driver => ({
  query: (sql, values) => database.query<object>(sql, [...values], { parsers: hostileParsers as never }),
  end: async () => {}
})

/** Query functions over a server's database, by the drivers that people have and the settings that they give them. */
export const serverDrivers: Readonly<Record<string, (url: string) => Driver>> = {
  pg: (connectionString) => poolOf({ connectionString }),
  "pg with parsers of its own": (connectionString) => poolOf({ connectionString, types: hostileTypes as never }),
  knex: (url) => knexOf(url, {}),
  "knex with mappers of names": (url) => knexOf(url, mappers),
  "postgres.js": (url) => postgresOf(url, {}),
  "postgres.js with names in camelCase and parsers of its own": (url) =>
    postgresOf(url, { transform: createPostgres.camel, types: hostilePostgresTypes } as never)
}

/** Query functions over an embedded database. */
export const embeddedDrivers: Readonly<Record<string, (database: PGlite) => Driver>> = {
  PGlite: pgliteOf,
  "PGlite with parsers of its own": withParsers
}
