import { type ClientSummary, type ClientSummaryV2, personName } from "@alga-psa/ext-domain/ClientSummary"
import { ClientReader, type ClientsPageQuery } from "@alga-psa/ext-domain/Clients"
import { ClientId } from "@alga-psa/ext-domain/Identifiers"
import { Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { indexedNameBytes } from "./internal/listing.ts"
import { makeReader } from "./internal/reader.ts"
import type { IndexDefinition, ReadColumns } from "./PgResource.ts"

const Row = Schema.Struct({
  id: ClientId,
  client_name: Schema.String,
  client_type: Schema.String,
  is_inactive: Schema.Boolean,
  default_currency_code: Schema.String,
  account_manager_id: Schema.NullOr(Schema.String),
  manager: Schema.NullOr(Schema.Tuple([Schema.NullOr(Schema.String), Schema.NullOr(Schema.String)])),
  billing_email: Schema.NullOr(Schema.String)
})

type Row = typeof Row.Type

const More = Schema.Struct({ tags: Schema.Array(Schema.String) })
type More = typeof More.Type

const summary = (row: Row): ClientSummary => ({
  clientId: row.id,
  clientName: row.client_name,
  clientType: row.client_type,
  isInactive: row.is_inactive,
  defaultCurrencyCode: row.default_currency_code,
  accountManagerId: row.account_manager_id,
  accountManagerName: row.manager && personName(...row.manager),
  billingEmail: row.billing_email
})

/** The mappings of tags to clients, with the tags themselves; `tenant` is the caller's. */
const tagged = (sql: SqlClient, tenant: Fragment) => sql`
      FROM tag_mappings AS mapping
      JOIN tag_definitions AS tag ON tag.tenant = ${tenant} AND tag.tag_id = mapping.tag_id
      WHERE mapping.tenant = ${tenant} AND mapping.tagged_type = 'client'`

const make = makeReader<ClientsPageQuery, Row, ClientSummary, ClientSummaryV2, More>("ClientReader", (sql) => ({
  Row,
  summary,
  from: sql`clients AS c`,
  tenant: sql`c.tenant`,
  id: sql`c.client_id`,
  name: sql`c.client_name`,
  searched: [sql`c.client_name`, sql`c.billing_email`],
  selected: (value) => sql`
    c.client_id AS id,
    c.client_name,
    c.client_type,
    c.is_inactive IS TRUE AS is_inactive,
    c.default_currency_code,
    c.account_manager_id,
    (
      SELECT ARRAY[manager.first_name, manager.last_name]
      FROM users AS manager
      WHERE manager.tenant = ${value("tenant")}::uuid AND manager.user_id = c.account_manager_id
    ) AS manager,
    c.billing_email`,
  filters: {
    includeInactive: {
      holds: (query) => !query.includeInactive,
      sql: () => sql`c.is_inactive IS NOT TRUE`
    },
    onlyClient: { sql: (value) => sql`c.client_id = ${value("onlyClient")}::uuid` },
    tags: {
      sql: (value) => {
        const tenant = sql`${value("tenant")}::uuid`
        const wanted = sql`lower(${value("tags")}::text)::text[]`
        // The first condition names no client: a tag that the tenant does not have ends the read before it begins.
        return sql`ARRAY(
      SELECT lower(tag.tag_text) FROM tag_definitions AS tag
      WHERE tag.tenant = ${tenant} AND lower(tag.tag_text) = ANY (${wanted})
    ) @> ${wanted} AND ARRAY(
      SELECT lower(tag.tag_text) ${tagged(sql, tenant)} AND mapping.tagged_id = c.client_id
    ) @> ${wanted}`
      }
    }
  },
  more: {
    Row: More,
    selected: (value) => sql`
    ARRAY(
      SELECT tag.tag_text ${tagged(sql, sql`${value("tenant")}::uuid`)} AND mapping.tagged_id = c.client_id
      ORDER BY tag.tag_text COLLATE "C"
    ) AS tags`
  },
  second: (row) => ({ ...summary(row), tags: row.tags })
}))

/** {@link ClientReader} over `clients`, `users` and the tag tables. One statement a call. */
export const layerClientReader: Layer.Layer<ClientReader, never, SqlClient> = Layer.effect(ClientReader, make)

/** What it reads. */
export const clientColumns: ReadColumns = {
  clients: [
    "tenant",
    "client_id",
    "client_name",
    "client_type",
    "is_inactive",
    "default_currency_code",
    "account_manager_id",
    "billing_email"
  ],
  users: ["tenant", "user_id", "first_name", "last_name"],
  tag_definitions: ["tenant", "tag_id", "tag_text"],
  tag_mappings: ["tenant", "tag_id", "tagged_id", "tagged_type"]
}

/** The indexes behind it. */
export const clientIndexes: ReadonlyArray<IndexDefinition> = [
  {
    name: "alga_ext_clients_name",
    table: "clients",
    definition: `public.clients USING btree (tenant, lower(client_name) COLLATE "C", client_id) INCLUDE (client_name, billing_email, is_inactive) WHERE (octet_length(client_name) <= ${indexedNameBytes})`,
    serves: "pages of clients in the order of their names, and the search, from the index alone",
    optIn: false
  },
  {
    name: "alga_ext_clients_long_name",
    table: "clients",
    definition: `public.clients USING btree (tenant) WHERE (octet_length(client_name) > ${indexedNameBytes})`,
    serves: "clients whose names are too long for alga_ext_clients_name; as good as empty",
    optIn: false
  },
  {
    name: "alga_ext_clients_active",
    table: "clients",
    definition: "public.clients USING btree (tenant) WHERE (is_inactive IS NOT TRUE)",
    serves: "the exact number of a tenant's active clients, about 1,100 to a page of 8 kB",
    optIn: false
  }
]
