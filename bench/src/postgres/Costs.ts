import { Effect, type Redacted } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { administering, type Databases } from "./Databases.ts"
import { loadedId } from "./Population.ts"

interface Size {
  readonly name: string
  readonly table: string
  readonly bytes: number
  readonly ours: boolean
}

/** The size of each index of the pack, and of the tables and of all indexes of Alga's own for comparison. */
export const indexSizes = (url: Redacted.Redacted): Effect.Effect<Table, SqlError> =>
  administering(url, (run) =>
    run(`
      SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS table,
        pg_relation_size(i.indexrelid)::float8 AS bytes, i.indexrelid::regclass::text LIKE 'alga_ext_%' AS ours
      FROM pg_index AS i WHERE i.indrelid::regclass::text IN ('clients', 'service_catalog')
      UNION ALL
      SELECT t || ' (rows)', t, pg_table_size(t::regclass)::float8, false FROM unnest(ARRAY['clients', 'service_catalog']) AS t
      ORDER BY name`)
  ).pipe(
    Effect.map((rows) => {
      const sizes = rows as ReadonlyArray<Size>
      const sum = (of: (size: Size) => boolean) => sizes.filter(of).reduce((total, { bytes }) => total + bytes, 0) / 1e6
      const isRows = ({ name }: Size) => name.endsWith("(rows)")
      return {
        title: "Sizes",
        columns: ["what", "MB"],
        rows: [
          ...["clients", "service_catalog"].flatMap((table) => [
            [`${table}: rows`, sum((it) => it.table === table && isRows(it))],
            [`${table}: Alga's own indexes`, sum((it) => it.table === table && !it.ours && !isRows(it))]
          ]),
          ...sizes.filter((it) => it.ours).map((it) => [it.name, it.bytes / 1e6])
        ]
      }
    })
  )

const inserted = 2000

const newClients = `
  INSERT INTO clients (tenant, client_name, billing_email, notes)
  SELECT '${loadedId("tenant 0")}', 'New ' || n || ' ' || md5(n || clock_timestamp()::text), 'new' || n || '@new.example', repeat(md5(n::text), 25)
  FROM generate_series(1, ${inserted}) AS n`

const newServices = `
  INSERT INTO service_catalog (tenant, service_name, description, billing_method, custom_service_type_id)
  SELECT '${loadedId("tenant 0")}', 'New ' || n || ' ' || md5(n || clock_timestamp()::text), repeat(md5(n::text), 10), 'fixed', '${loadedId("type 0 1")}'
  FROM generate_series(1, ${inserted}) AS n`

/** What inserts cost with the pack and without it: rows made by the server, in a transaction that is rolled back. */
export const insertCosts = (made: Databases, budget: number): Effect.Effect<Table, SqlError> =>
  administering(made.bare, (onBare) =>
    administering(made.packed, (onPacked) =>
      Effect.gen(function* () {
        const rows: Array<ReadonlyArray<string | number>> = []
        for (const [table, statement] of [
          ["clients", newClients],
          ["service_catalog", newServices]
        ] as const) {
          const undone = (run: typeof onBare) =>
            Effect.andThen(Effect.andThen(run("BEGIN"), run(statement)), run("ROLLBACK"))
          const { bare, packed } = yield* interleaved({ bare: undone(onBare), packed: undone(onPacked) }, budget)
          const micros = (milliseconds: number) => (milliseconds * 1000) / inserted
          rows.push([table, packed.median / bare.median, micros(packed.median), micros(bare.median), bare.runs])
        }
        yield* onBare("VACUUM clients, service_catalog")
        yield* onPacked("VACUUM clients, service_catalog")
        return {
          title: `Inserts, ${inserted.toLocaleString("en-US")} rows in a transaction (µs a row)`,
          columns: ["table", "times", "with the pack", "without", "runs"],
          rows
        }
      })
    )
  )

/** Changes 5 % of the largest tenant's clients, without a vacuum. */
export const touch = (url: Redacted.Redacted): Effect.Effect<void, SqlError> =>
  administering(url, (run) =>
    Effect.asVoid(
      run(`
        UPDATE clients SET updated_at = now(), notes = notes || '.'
        WHERE tenant = '${loadedId("tenant 0")}' AND get_byte(uuid_send(client_id), 0) < 13`)
    )
  )

/** Vacuums the table of clients. */
export const vacuum = (url: Redacted.Redacted): Effect.Effect<void, SqlError> =>
  administering(url, (run) => Effect.asVoid(run("VACUUM (ANALYZE) clients")))
