import { clientRow, type Dataset, type MemoryStore, serviceRow } from "@alga-psa/ext-adapters-memory"
import { firstRule } from "@alga-psa/ext-domain/BrokenRules"
import { Effect, Schema, Semaphore } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DataPage, DataRow, DataSaved, RowKind } from "./Bench.ts"
import {
  ClientFields,
  clientColumns,
  heldOnce,
  mostRecords,
  type Row,
  ServiceFields,
  serviceColumns
} from "./DevData.ts"
import { place } from "./DevDatabase.ts"

/** How many records the panel is sent at once. */
export const rowsOfPage = 20

const { tenant } = place

/** A kind of record: its table, and the columns behind what an extension reads. */
interface Kind {
  readonly table: "clients" | "service_catalog"
  readonly key: string
  readonly name: string
  readonly columns: Readonly<Record<string, string>>
  readonly decode: (fields: unknown) => Effect.Effect<Row, string>
  /** A new record. */
  readonly make: (id: string, columns: Row, all: Dataset) => Row
}

const decoding = <A>(schema: Schema.Codec<A, unknown>, columnsOf: (fields: A) => Row) => {
  const decode = Schema.decodeUnknownEffect(schema, { onExcessProperty: "error" })
  return (fields: unknown) =>
    Effect.mapBoth(decode(fields), { onFailure: ({ issue }) => firstRule(issue), onSuccess: columnsOf })
}

const kinds: Readonly<Record<RowKind, Kind>> = {
  clients: {
    table: "clients",
    key: "client_id",
    name: "client_name",
    columns: {
      clientName: "client_name",
      clientType: "client_type",
      isInactive: "is_inactive",
      defaultCurrencyCode: "default_currency_code",
      billingEmail: "billing_email"
    },
    decode: decoding(ClientFields as Schema.Codec<typeof ClientFields.Type, unknown>, clientColumns),
    make: (id, columns) => ({ ...clientRow({ tenant, client_id: id, client_name: "" }), ...columns })
  },
  services: {
    table: "service_catalog",
    key: "service_id",
    name: "service_name",
    columns: {
      serviceName: "service_name",
      description: "description",
      itemKind: "item_kind",
      billingMethod: "billing_method",
      defaultRate: "default_rate",
      unitOfMeasure: "unit_of_measure",
      isActive: "is_active",
      sku: "sku"
    },
    decode: decoding(ServiceFields as Schema.Codec<typeof ServiceFields.Type, unknown>, serviceColumns),
    make: (id, columns, all) => {
      const type = all.service_types.find((row) => row.tenant === tenant)?.id ?? ""
      const made = serviceRow({ tenant, service_id: id, service_name: "", custom_service_type_id: type })
      return { ...made, ...columns }
    }
  }
}

const shown = ({ columns, key }: Kind, row: Row): DataRow => ({
  id: String(row[key]),
  fields: Object.fromEntries(Object.entries(columns).map(([field, column]) => [field, row[column] ?? null]))
})

/** The clients and services of the tenant, which the panel shows and changes: in the database, and in memory beside it. */
export const makeDevRows = (store: MemoryStore["Service"]) => {
  /** The changed records as they were at the start; null for one that was added. */
  const before = new Map<string, { readonly of: RowKind; readonly id: string; readonly row: Row | null }>()
  /** One change at a time: a reset knows each that was made, and none is made beside it. */
  const changeLock = Semaphore.makeUnsafe(1)
  const all = () => Effect.runSync(store.rows)
  const own = (kind: Kind) =>
    (all()[kind.table] as unknown as ReadonlyArray<Row>).filter((row) => row["tenant"] === tenant)
  const find = (kind: Kind, id: string) => own(kind).find((row) => row[kind.key] === id) ?? null

  /** Puts a record, or takes it away where there is none. */
  const write = Effect.fnUntraced(function* (kind: Kind, id: string, row: Row | null) {
    const sql = yield* SqlClient
    const isIt = sql`tenant = ${tenant}::uuid AND ${sql(kind.key)} = ${id}::uuid`
    const table = sql(kind.table)
    const named = (names: ReadonlyArray<string>) => sql.csv(names.map((name) => sql`${sql(name)}`))
    const valuesOf = (columns: ReturnType<typeof named>) =>
      sql`SELECT ${columns} FROM json_populate_record(NULL::${table}, ${JSON.stringify(row)}::json)`
    if (row === null) yield* sql`DELETE FROM ${table} WHERE ${isIt}`
    else if (find(kind, id) === null) {
      const columns = named(Object.keys(row))
      yield* sql`INSERT INTO ${table} (${columns}) ${valuesOf(columns)}`
    } else {
      const columns = named(Object.values(kind.columns))
      yield* sql`UPDATE ${table} SET (${columns}) = (${valuesOf(columns)}) WHERE ${isIt}`
    }
    const others = (all()[kind.table] as unknown as ReadonlyArray<Row>).filter(
      (one) => one["tenant"] !== tenant || one[kind.key] !== id
    )
    yield* store.update((rows) => ({ ...rows, [kind.table]: row === null ? others : [...others, row] }))
  }, Effect.orDie)

  return {
    /** All rows of all tenants, as they are now. */
    now: all,
    /** A page of the records whose names hold a text. The first page is 1. */
    list: (of: RowKind, search: string, page: number): DataPage => {
      const kind = kinds[of]
      const term = search.trim().toLowerCase()
      const named = own(kind).map((row) => ({ row, name: String(row[kind.name]).toLowerCase() }))
      const found = named
        .filter(({ name }) => name.includes(term))
        .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
      const rows = found.slice((page - 1) * rowsOfPage, page * rowsOfPage).map(({ row }) => shown(kind, row))
      return { rows, total: found.length, changed: before.size > 0 }
    },
    /** Changes a record, or adds one where no id is said. What is left out of the fields has a default. */
    save: Effect.fnUntraced(function* (of: RowKind, id: string | null, fields: unknown) {
      const refused = (error: string): DataSaved => ({ id: null, error })
      const kind = kinds[of]
      const decoded = yield* Effect.result(kind.decode(fields))
      if (decoded._tag === "Failure") return refused(decoded.failure)
      const known = id === null ? null : find(kind, id)
      if (id !== null && known === null) return refused("it is not there any more")
      if (known === null && own(kind).length >= mostRecords)
        return refused(`there are ${mostRecords}: no more can be added`)
      const key = id ?? crypto.randomUUID()
      const row = known === null ? kind.make(key, decoded.success, all()) : { ...known, ...decoded.success }
      const once = heldOnce[of]
      const value = once.of(row)
      if (value !== null && own(kind).some((other) => other[kind.key] !== key && once.of(other) === value))
        return refused(`${once.field}: another of the ${of} has it`)
      if (!before.has(`${of} ${key}`)) before.set(`${of} ${key}`, { of, id: key, row: known })
      yield* write(kind, key, row)
      return { id: key, error: null } satisfies DataSaved
    }, changeLock.withPermit),
    /** Makes every record what it was at the start. */
    reset: Effect.gen(function* () {
      const changes = [...before.values()]
      // Two may have changed names: nobody has the one that each gets first.
      for (const { id, of, row } of changes) {
        yield* write(kinds[of], id, row === null ? null : { ...row, [heldOnce[of].column]: id })
      }
      for (const { id, of, row } of changes) if (row !== null) yield* write(kinds[of], id, row)
      before.clear()
    }).pipe(changeLock.withPermit)
  }
}
