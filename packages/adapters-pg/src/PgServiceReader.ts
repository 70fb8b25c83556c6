import { ServiceId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { ServiceBillingMethod, ServiceItemKind, type ServiceSummary } from "@alga-psa/ext-domain/ServiceSummary"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  type ListShape,
  type ListValue,
  listed,
  listShape,
  listStatement,
  listValues,
  toPage
} from "./internal/listing.ts"
import { literals, type Placeholder, prepare, prepareShapes } from "./internal/prepare.ts"
import { makeQuery } from "./internal/query.ts"
import { ShortReads } from "./ShortReads.ts"

const columns = {
  id: ServiceId,
  service_name: Schema.String,
  item_kind: ServiceItemKind,
  billing_method: ServiceBillingMethod,
  type: Schema.NullOr(Schema.Tuple([Schema.String, Schema.String])),
  default_rate: Schema.Finite,
  unit_of_measure: Schema.String,
  is_active: Schema.Boolean,
  sku: Schema.NullOr(Schema.String)
}
const Row = Schema.Struct(columns)

const summary = (row: typeof Row.Type): ServiceSummary => ({
  serviceId: row.id,
  serviceName: row.service_name,
  itemKind: row.item_kind,
  billingMethod: row.billing_method,
  serviceTypeId: row.type?.[0] ?? null,
  serviceTypeName: row.type?.[1] ?? null,
  defaultRate: row.default_rate,
  unitOfMeasure: row.unit_of_measure,
  isActive: row.is_active,
  sku: row.sku
})

interface Shape extends ListShape {
  readonly oneKind: boolean
  readonly oneState: boolean
  readonly oneMethod: boolean
}

type Value = ListValue | "itemKind" | "isActive" | "billingMethod"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const query = yield* makeQuery
  const toServices = query("ServiceReader.list", listed(columns))
  const toService = query("ServiceReader.get", Row)

  // Not parameters: a plan that is kept for all values can use the indexes of these methods only where they are known.
  const visible = sql`s.billing_method IN ${literals(sql, ServiceBillingMethod.literals)}`

  const selected = (value: Placeholder<"tenant">) => sql`
    s.service_id AS id,
    s.service_name,
    s.item_kind,
    s.billing_method,
    (
      SELECT ARRAY[type.id::text, type.name]
      FROM service_types AS type
      WHERE type.tenant = ${value("tenant")}::uuid AND type.id = s.custom_service_type_id
    ) AS type,
    coalesce(s.default_rate, 0)::float8 AS default_rate,
    coalesce(s.unit_of_measure, '') AS unit_of_measure,
    s.is_active,
    s.sku`

  const found = (shape: Shape, value: Placeholder<Value>) => {
    const sought = sql`(SELECT lower(${value("pattern")}::text))`
    return sql.or([
      sql`lower(s.service_name) LIKE ${sought}`,
      sql`lower(s.description) LIKE ${sought}`,
      sql`lower(s.sku) LIKE ${sought}`,
      ...(shape.searchIsId ? [sql`s.service_id = ${value("searchedId")}::uuid`] : [])
    ])
  }

  const matching = (shape: Shape, value: Placeholder<Value>) =>
    sql.and([
      sql`s.tenant = ${value("tenant")}::uuid`,
      visible,
      ...(shape.oneMethod ? [sql`s.billing_method = ${value("billingMethod")}`] : []),
      ...(shape.oneKind ? [sql`s.item_kind = ${value("itemKind")}`] : []),
      ...(shape.oneState ? [sql`s.is_active = ${value("isActive")}`] : []),
      ...(shape.searched ? [found(shape, value)] : [])
    ])

  const name = sql`lower(s.service_name) COLLATE "C"`

  const list = prepareShapes(sql, (shape: Shape, value: Placeholder<Value>) =>
    listStatement(sql, shape, value, {
      matches: (length) => sql`
        SELECT s.service_id AS id, ${name} AS name
        FROM service_catalog AS s
        WHERE ${matching(shape, value)} AND octet_length(s.service_name) ${sql.literal(length)}`,
      count: shape.searched ? null : sql`SELECT count(*) FROM service_catalog AS s WHERE ${matching(shape, value)}`,
      selected: selected(value),
      joined: sql`service_catalog AS s ON s.tenant = ${value("tenant")}::uuid AND s.service_id = page.id`,
      order: sql`${name}, s.service_id`
    })
  )

  const get = prepare(
    (yield* ShortReads) ?? sql,
    (value: Placeholder<"tenant" | "service">) => sql`
      SELECT ${selected(value)}
      FROM service_catalog AS s
      WHERE s.tenant = ${value("tenant")}::uuid AND s.service_id = ${value("service")}::uuid AND ${visible}`
  )

  return ServiceReader.of({
    list: (tenant, asked) => {
      const { itemKind, isActive, billingMethod } = asked
      const shape = {
        ...listShape(asked),
        oneKind: itemKind !== null,
        oneState: isActive !== null,
        oneMethod: billingMethod !== null
      }
      const values = { ...listValues(tenant, asked), itemKind, isActive, billingMethod }
      return Effect.map(toServices(list(shape, values)), (rows) => toPage(rows, asked, summary))
    },
    get: (tenant, service) =>
      Effect.map(toService(get({ tenant, service })), ([row]) => (row === undefined ? null : summary(row)))
  })
})

/** {@link ServiceReader} over `service_catalog` and `service_types`. One statement a call. */
export const layerServiceReader: Layer.Layer<ServiceReader, never, SqlClient> = Layer.effect(ServiceReader, make)
