import { ServiceId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { ServiceBillingMethod, ServiceItemKind, type ServiceSummary } from "@alga-psa/ext-domain/ServiceSummary"
import type { ServicesQuery } from "@alga-psa/ext-domain/ServicesQuery"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { listed, offset, searchOf, toPage } from "./internal/listing.ts"
import { makeQuery } from "./internal/query.ts"

const columns = {
  id: ServiceId,
  service_name: Schema.String,
  item_kind: ServiceItemKind,
  billing_method: ServiceBillingMethod,
  service_type_id: Schema.NullOr(Schema.String),
  service_type_name: Schema.NullOr(Schema.String),
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
  serviceTypeId: row.service_type_id,
  serviceTypeName: row.service_type_name,
  defaultRate: row.default_rate,
  unitOfMeasure: row.unit_of_measure,
  isActive: row.is_active,
  sku: row.sku
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const query = yield* makeQuery
  const toServices = query("ServiceReader.list", listed(columns))
  const toService = query("ServiceReader.get", Row)

  const found = (search: string) => {
    const { pattern, id } = searchOf(search)
    return sql.or([
      sql`s.service_name ILIKE ${pattern} ESCAPE '\\'`,
      sql`s.description ILIKE ${pattern} ESCAPE '\\'`,
      sql`s.sku ILIKE ${pattern} ESCAPE '\\'`,
      ...(id === null ? [] : [sql`s.service_id = ${id}::uuid`])
    ])
  }

  const visible = sql.in("s.billing_method", ServiceBillingMethod.literals)

  const matching = (tenant: TenantId, { itemKind, isActive, billingMethod, search }: ServicesQuery) =>
    sql.and([
      sql`s.tenant = ${tenant}::uuid`,
      billingMethod === null ? visible : sql`s.billing_method = ${billingMethod}`,
      ...(itemKind === null ? [] : [sql`s.item_kind = ${itemKind}`]),
      ...(isActive === null ? [] : [sql`s.is_active = ${isActive}`]),
      ...(search === null ? [] : [found(search)])
    ])

  const selected = sql`
    s.service_id AS id,
    s.service_name,
    s.item_kind,
    s.billing_method,
    type.id AS service_type_id,
    type.name AS service_type_name,
    coalesce(s.default_rate, 0)::float8 AS default_rate,
    coalesce(s.unit_of_measure, '') AS unit_of_measure,
    s.is_active,
    s.sku`

  const joinType = (tenant: TenantId) =>
    sql`LEFT JOIN service_types AS type ON type.tenant = ${tenant}::uuid AND type.id = s.custom_service_type_id`

  const inOrder = sql`ORDER BY lower(s.service_name) COLLATE "C", s.service_id`

  return ServiceReader.of({
    list: (tenant, asked) =>
      toServices(sql`
        SELECT total.count AS total_count, ${selected}
        FROM (SELECT count(*)::float8 AS count FROM service_catalog AS s WHERE ${matching(tenant, asked)}) AS total
        LEFT JOIN (
          SELECT
            s.service_id, s.service_name, s.item_kind, s.billing_method, s.custom_service_type_id, s.default_rate,
            s.unit_of_measure, s.is_active, s.sku
          FROM service_catalog AS s
          WHERE ${matching(tenant, asked)}
          ${inOrder}
          LIMIT ${asked.pageSize} OFFSET ${offset(asked)}
        ) AS s ON true
        ${joinType(tenant)}
        ${inOrder}`).pipe(Effect.map((rows) => toPage(rows, asked, summary))),
    get: (tenant, service) =>
      toService(sql`
        SELECT ${selected}
        FROM service_catalog AS s
        ${joinType(tenant)}
        WHERE s.tenant = ${tenant}::uuid AND s.service_id = ${service}::uuid AND ${visible}`).pipe(
        Effect.map(([row]) => (row === undefined ? null : summary(row)))
      )
  })
})

/** {@link ServiceReader} over `service_catalog` and `service_types`. One statement a call. */
export const layerServiceReader: Layer.Layer<ServiceReader, never, SqlClient> = Layer.effect(ServiceReader, make)
