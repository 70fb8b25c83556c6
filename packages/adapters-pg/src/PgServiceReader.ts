import { ServiceId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { ServiceBillingMethod, ServiceItemKind, type ServiceSummary } from "@alga-psa/ext-domain/ServiceSummary"
import type { ServicesQuery } from "@alga-psa/ext-domain/ServicesQuery"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { listed, listStatement, searchOf, toPage } from "./internal/listing.ts"
import { makeQuery } from "./internal/query.ts"

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

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const query = yield* makeQuery
  const toServices = query("ServiceReader.list", listed(columns))
  const toService = query("ServiceReader.get", Row)

  const found = (search: string) => {
    const { pattern, id } = searchOf(search)
    const sought = sql`(SELECT lower(${pattern}::text))`
    return sql.or([
      sql`lower(s.service_name) LIKE ${sought}`,
      sql`lower(s.description) LIKE ${sought}`,
      sql`lower(s.sku) LIKE ${sought}`,
      ...(id === null ? [] : [sql`s.service_id = ${id}::uuid`])
    ])
  }

  // Not parameters: a plan that is kept for all values can use the indexes of these methods only where they are known.
  const visible = sql.literal(
    `s.billing_method IN (${ServiceBillingMethod.literals.map((it) => `'${it}'`).join(", ")})`
  )

  const matching = (tenant: TenantId, { itemKind, isActive, billingMethod, search }: ServicesQuery) =>
    sql.and([
      sql`s.tenant = ${tenant}::uuid`,
      visible,
      ...(billingMethod === null ? [] : [sql`s.billing_method = ${billingMethod}`]),
      ...(itemKind === null ? [] : [sql`s.item_kind = ${itemKind}`]),
      ...(isActive === null ? [] : [sql`s.is_active = ${isActive}`]),
      ...(search === null ? [] : [found(search)])
    ])

  const selected = (tenant: TenantId) => sql`
    s.service_id AS id,
    s.service_name,
    s.item_kind,
    s.billing_method,
    (
      SELECT ARRAY[type.id::text, type.name]
      FROM service_types AS type
      WHERE type.tenant = ${tenant}::uuid AND type.id = s.custom_service_type_id
    ) AS type,
    coalesce(s.default_rate, 0)::float8 AS default_rate,
    coalesce(s.unit_of_measure, '') AS unit_of_measure,
    s.is_active,
    s.sku`

  const name = sql`lower(s.service_name) COLLATE "C"`

  return ServiceReader.of({
    list: (tenant, asked) =>
      toServices(
        listStatement(sql, asked, {
          matches: (length) => sql`
            SELECT s.service_id AS id, ${name} AS name
            FROM service_catalog AS s
            WHERE ${matching(tenant, asked)} AND octet_length(s.service_name) ${sql.literal(length)}`,
          count:
            asked.search === null
              ? sql`SELECT count(*) FROM service_catalog AS s WHERE ${matching(tenant, asked)}`
              : null,
          selected: selected(tenant),
          joined: sql`service_catalog AS s ON s.tenant = ${tenant}::uuid AND s.service_id = page.id`,
          order: sql`${name}, s.service_id`
        })
      ).pipe(Effect.map((rows) => toPage(rows, asked, summary))),
    get: (tenant, service) =>
      toService(sql`
        SELECT ${selected(tenant)}
        FROM service_catalog AS s
        WHERE s.tenant = ${tenant}::uuid AND s.service_id = ${service}::uuid AND ${visible}`).pipe(
        Effect.map(([row]) => (row === undefined ? null : summary(row)))
      )
  })
})

/** {@link ServiceReader} over `service_catalog` and `service_types`. One statement a call. */
export const layerServiceReader: Layer.Layer<ServiceReader, never, SqlClient> = Layer.effect(ServiceReader, make)
