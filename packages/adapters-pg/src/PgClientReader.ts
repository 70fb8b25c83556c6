import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { type ClientSummary, personName } from "@alga-psa/ext-domain/ClientSummary"
import type { ClientsQuery } from "@alga-psa/ext-domain/ClientsQuery"
import { ClientId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { listed, listStatement, searchOf, toPage } from "./internal/listing.ts"
import { makeQuery } from "./internal/query.ts"

const columns = {
  id: ClientId,
  client_name: Schema.String,
  client_type: Schema.String,
  is_inactive: Schema.Boolean,
  default_currency_code: Schema.String,
  account_manager_id: Schema.NullOr(Schema.String),
  manager: Schema.NullOr(Schema.Tuple([Schema.NullOr(Schema.String), Schema.NullOr(Schema.String)])),
  billing_email: Schema.NullOr(Schema.String),
  tags: Schema.Array(Schema.String)
}
const Row = Schema.Struct(columns)

const summary = (row: typeof Row.Type): ClientSummary => ({
  clientId: row.id,
  clientName: row.client_name,
  clientType: row.client_type,
  isInactive: row.is_inactive,
  defaultCurrencyCode: row.default_currency_code,
  accountManagerId: row.account_manager_id,
  accountManagerName: row.manager && personName(...row.manager),
  billingEmail: row.billing_email,
  tags: row.tags
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const query = yield* makeQuery
  const toClients = query("ClientReader.list", listed(columns))
  const toClient = query("ClientReader.get", Row)

  const found = (search: string) => {
    const { pattern, id } = searchOf(search)
    const sought = sql`(SELECT lower(${pattern}::text))`
    return sql.or([
      sql`lower(c.client_name) LIKE ${sought}`,
      sql`lower(c.billing_email) LIKE ${sought}`,
      ...(id === null ? [] : [sql`c.client_id = ${id}::uuid`])
    ])
  }

  const matching = (tenant: TenantId, { includeInactive, onlyClient, search }: ClientsQuery) =>
    sql.and([
      sql`c.tenant = ${tenant}::uuid`,
      ...(includeInactive ? [] : [sql`c.is_inactive IS NOT TRUE`]),
      ...(onlyClient === null ? [] : [sql`c.client_id = ${onlyClient}::uuid`]),
      ...(search === null ? [] : [found(search)])
    ])

  const selected = (tenant: TenantId) => sql`
    c.client_id AS id,
    c.client_name,
    c.client_type,
    c.is_inactive IS TRUE AS is_inactive,
    c.default_currency_code,
    c.account_manager_id,
    (
      SELECT ARRAY[manager.first_name, manager.last_name]
      FROM users AS manager
      WHERE manager.tenant = ${tenant}::uuid AND manager.user_id = c.account_manager_id
    ) AS manager,
    c.billing_email,
    ARRAY(
      SELECT tag.tag_text
      FROM tag_mappings AS mapping
      JOIN tag_definitions AS tag ON tag.tenant = ${tenant}::uuid AND tag.tag_id = mapping.tag_id
      WHERE mapping.tenant = ${tenant}::uuid AND mapping.tagged_type = 'client' AND mapping.tagged_id = c.client_id
      ORDER BY tag.tag_text COLLATE "C"
    ) AS tags`

  const name = sql`lower(c.client_name) COLLATE "C"`

  return ClientReader.of({
    list: (tenant, asked) =>
      toClients(
        listStatement(sql, asked, {
          matches: (length) => sql`
            SELECT c.client_id AS id, ${name} AS name
            FROM clients AS c
            WHERE ${matching(tenant, asked)} AND octet_length(c.client_name) ${sql.literal(length)}`,
          count: asked.search === null ? sql`SELECT count(*) FROM clients AS c WHERE ${matching(tenant, asked)}` : null,
          selected: selected(tenant),
          joined: sql`clients AS c ON c.tenant = ${tenant}::uuid AND c.client_id = page.id`,
          order: sql`${name}, c.client_id`
        })
      ).pipe(Effect.map((rows) => toPage(rows, asked, summary))),
    get: (tenant, client) =>
      toClient(sql`
        SELECT ${selected(tenant)}
        FROM clients AS c
        WHERE c.tenant = ${tenant}::uuid AND c.client_id = ${client}::uuid`).pipe(
        Effect.map(([row]) => (row === undefined ? null : summary(row)))
      )
  })
})

/** {@link ClientReader} over `clients`, `users` and the tag tables. One statement a call. */
export const layerClientReader: Layer.Layer<ClientReader, never, SqlClient> = Layer.effect(ClientReader, make)
