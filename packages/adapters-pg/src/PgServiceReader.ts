import { ServiceId } from "@alga-psa/ext-domain/Identifiers"
import {
  ServiceBillingMethod,
  ServiceItemKind,
  type ServicePrice,
  type ServiceSummary,
  type ServiceSummaryV2
} from "@alga-psa/ext-domain/ServiceSummary"
import { ServiceReader, type ServicesPageQuery } from "@alga-psa/ext-domain/Services"
import { Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { indexedNameBytes } from "./internal/listing.ts"
import { literals } from "./internal/prepare.ts"
import { makeReader } from "./internal/reader.ts"
import type { IndexDefinition, ReadColumns } from "./PgResource.ts"

const Row = Schema.Struct({
  id: ServiceId,
  service_name: Schema.String,
  item_kind: ServiceItemKind,
  billing_method: ServiceBillingMethod,
  type: Schema.NullOr(Schema.Tuple([Schema.String, Schema.String])),
  default_rate: Schema.Finite,
  unit_of_measure: Schema.String,
  is_active: Schema.Boolean,
  sku: Schema.NullOr(Schema.String)
})

type Row = typeof Row.Type

/** A rate, a blank and a currency's code, for each price. */
const More = Schema.Struct({ prices: Schema.Array(Schema.String) })
type More = typeof More.Type

const summary = (row: Row): ServiceSummary => ({
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

const price = (text: string): ServicePrice => {
  const end = text.indexOf(" ")
  return { currencyCode: text.slice(end + 1), rate: Number(text.slice(0, end)) }
}

const make = makeReader<ServicesPageQuery, Row, ServiceSummary, ServiceSummaryV2, More>("ServiceReader", (sql) => ({
  Row,
  summary,
  from: sql`service_catalog AS s`,
  tenant: sql`s.tenant`,
  id: sql`s.service_id`,
  name: sql`s.service_name`,
  searched: [sql`s.service_name`, sql`s.description`, sql`s.sku`],
  // Not parameters: a plan for all values can use the indexes of these methods only if the values are known.
  visible: sql`s.billing_method IN ${literals(sql, ServiceBillingMethod.literals)}`,
  selected: (value) => sql`
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
    s.sku`,
  filters: {
    billingMethod: { sql: (value) => sql`s.billing_method = ${value("billingMethod")}` },
    itemKind: { sql: (value) => sql`s.item_kind = ${value("itemKind")}` },
    isActive: { sql: (value) => sql`s.is_active = ${value("isActive")}` }
  },
  more: {
    Row: More,
    selected: (value) => sql`
    ARRAY(
      SELECT price.rate::text || ' ' || price.currency_code
      FROM service_prices AS price
      WHERE price.tenant = ${value("tenant")}::uuid AND price.service_id = s.service_id
      ORDER BY price.currency_code COLLATE "C"
    ) AS prices`
  },
  second: (row) => ({ ...summary(row), prices: row.prices.map(price) })
}))

/** {@link ServiceReader} over `service_catalog`, `service_types` and `service_prices`. One statement a call. */
export const layerServiceReader: Layer.Layer<ServiceReader, never, SqlClient> = Layer.effect(ServiceReader, make)

/** What it reads. */
export const serviceColumns: ReadColumns = {
  service_catalog: [
    "tenant",
    "service_id",
    "service_name",
    "description",
    "default_rate",
    "unit_of_measure",
    "billing_method",
    "custom_service_type_id",
    "item_kind",
    "is_active",
    "sku"
  ],
  service_types: ["tenant", "id", "name"],
  service_prices: ["tenant", "service_id", "currency_code", "rate"]
}

/** The indexes behind it. */
export const serviceIndexes: ReadonlyArray<IndexDefinition> = [
  {
    name: "alga_ext_services_name",
    table: "service_catalog",
    definition: `public.service_catalog USING btree (tenant, lower(service_name) COLLATE "C", service_id) INCLUDE (service_name, item_kind, is_active, billing_method) WHERE ((billing_method = ANY (ARRAY['fixed'::text, 'hourly'::text, 'usage'::text])) AND (octet_length(service_name) <= ${indexedNameBytes}))`,
    serves: "pages of services in the order of their names, from the index alone",
    optIn: false
  },
  {
    name: "alga_ext_services_long_name",
    table: "service_catalog",
    definition: `public.service_catalog USING btree (tenant) WHERE (octet_length(service_name) > ${indexedNameBytes})`,
    serves: "services whose names are too long for alga_ext_services_name; as good as empty",
    optIn: false
  },
  {
    name: "alga_ext_services_kind",
    table: "service_catalog",
    definition:
      "public.service_catalog USING btree (tenant, item_kind, is_active, billing_method) WHERE (billing_method = ANY (ARRAY['fixed'::text, 'hourly'::text, 'usage'::text]))",
    serves: "the exact number of a tenant's services, with any of the filters",
    optIn: false
  }
]
