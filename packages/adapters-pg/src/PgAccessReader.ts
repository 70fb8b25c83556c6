import {
  type AccessFilter,
  AccessReader,
  type AccessSum,
  mostAccessRecords,
  mostAccessSums
} from "@alga-psa/ext-domain/AccessReader"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Layer, type Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAddress } from "./DatabaseAddress.ts"
import { accessTable, isoTime, selectedFields } from "./internal/access/columns.ts"
import { readPlace, writtenPlace } from "./internal/access/cursor.ts"
import { type AccessRow, recordOf } from "./internal/access/records.ts"
import { fromSqlError } from "./internal/failure.ts"
import { connectionTo } from "./ServerConnection.ts"

const dateOf = (milliseconds: number | null) => (milliseconds === null ? null : new Date(milliseconds).toISOString())

const matching = (sql: PgClient.PgClient, tenant: TenantId, filter: AccessFilter) => {
  const { install, operation, outcome, user } = filter
  const [from, until] = [dateOf(filter.from), dateOf(filter.until)]
  return sql`tenant_id = ${tenant}::uuid
    AND (${install}::uuid IS NULL OR install_id = ${install}::uuid)
    AND (${user}::uuid IS NULL OR user_id = ${user}::uuid)
    AND (${operation}::text IS NULL OR operation = ${operation}::text)
    AND (${outcome}::text IS NULL OR outcome = ${outcome}::text)
    AND (${from}::timestamptz IS NULL OR time >= ${from}::timestamptz)
    AND (${until}::timestamptz IS NULL OR time < ${until}::timestamptz)`
}

type Row = AccessRow & { readonly runner: string; readonly sequence: string }

const make = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const table = sql.literal(accessTable)

  return AccessReader.of({
    list: Effect.fn("AccessReader.list")(function* (tenant, filter, { after, most }) {
      const place = yield* readPlace(after)
      const limit = Math.max(1, Math.min(mostAccessRecords, most))
      const behind =
        place === null
          ? sql.literal("")
          : sql`AND (time, runner, sequence) < (${place.exact}::timestamptz, ${place.runner}::uuid, ${place.sequence}::int8)`
      const rows = yield* Effect.mapError(
        sql<Row>`
          SELECT ${sql.literal(selectedFields)}, runner, sequence::text AS sequence FROM ${table}
          WHERE ${matching(sql, tenant, filter)} ${behind}
          ORDER BY time DESC, runner DESC, sequence DESC LIMIT ${limit + 1}::int`,
        (error) => fromSqlError("AccessReader.list", error)
      )
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      return {
        items: shown.map(({ runner: _runner, sequence: _sequence, ...row }) => recordOf(row)),
        next: rows.length > limit && last !== undefined ? writtenPlace(last) : null
      }
    }),

    summary: Effect.fn("AccessReader.summary")(function* (tenant, filter) {
      const first = sql.literal(isoTime("min(time)"))
      const last = sql.literal(isoTime("max(time)"))
      const rows = yield* Effect.mapError(
        sql<AccessSum>`
          SELECT extension_id AS extension, install_id AS install, operation, capability, user_id AS "user", trigger, outcome,
            count(*)::float8 AS calls, coalesce(sum(result_count), 0)::float8 AS results, ${first} AS first, ${last} AS last
          FROM ${table} WHERE ${matching(sql, tenant, filter)}
          GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY calls DESC, 1, 2, 3, 4, 5, 6, 7 LIMIT ${mostAccessSums}::int`,
        (error) => fromSqlError("AccessReader.summary", error)
      )
      const inMillis = (time: string) => `${time.slice(0, 23)}Z`
      return rows.map((row) => ({ ...row, first: inMillis(row.first), last: inMillis(row.last) }))
    })
  })
})

/** {@link AccessReader} by a client whose login may read the access records. */
const layerAccessReader: Layer.Layer<AccessReader, never, PgClient.PgClient> = Layer.effect(AccessReader, make)

/** {@link AccessReader} on a server, by the login that `AccessTables.apply` lets read. It connects when it is first used. */
export const layer = (url: Redacted.Redacted | DatabaseAddress): Layer.Layer<AccessReader, SqlError> =>
  Layer.provide(
    layerAccessReader,
    Layer.effect(
      PgClient.PgClient,
      Effect.flatMap(
        connectionTo(url, {
          name: "DATABASE_ACCESS_READER_URL",
          connectTimeout: Duration.seconds(5),
          applicationName: "alga-extension-access-reader"
        }),
        (connection) => PgClient.make({ ...connection, maxConnections: 2, prepare: false })
      )
    ).pipe(Layer.provide(Reactivity.layer))
  )
