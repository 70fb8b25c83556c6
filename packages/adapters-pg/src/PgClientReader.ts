import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { type ClientSummary, personName } from "@alga-psa/ext-domain/ClientSummary"
import { ClientId } from "@alga-psa/ext-domain/Identifiers"
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
import { type Placeholder, prepare, prepareShapes } from "./internal/prepare.ts"
import { makeQuery } from "./internal/query.ts"
import { ShortReads } from "./ShortReads.ts"

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

interface Shape extends ListShape {
  readonly includeInactive: boolean
  readonly oneClient: boolean
}

type Value = ListValue | "onlyClient"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const query = yield* makeQuery
  const toClients = query("ClientReader.list", listed(columns))
  const toClient = query("ClientReader.get", Row)

  const selected = (value: Placeholder<"tenant">) => sql`
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
    c.billing_email,
    ARRAY(
      SELECT tag.tag_text
      FROM tag_mappings AS mapping
      JOIN tag_definitions AS tag ON tag.tenant = ${value("tenant")}::uuid AND tag.tag_id = mapping.tag_id
      WHERE mapping.tenant = ${value("tenant")}::uuid
        AND mapping.tagged_type = 'client'
        AND mapping.tagged_id = c.client_id
      ORDER BY tag.tag_text COLLATE "C"
    ) AS tags`

  const found = (shape: Shape, value: Placeholder<Value>) => {
    const sought = sql`(SELECT lower(${value("pattern")}::text))`
    return sql.or([
      sql`lower(c.client_name) LIKE ${sought}`,
      sql`lower(c.billing_email) LIKE ${sought}`,
      ...(shape.searchIsId ? [sql`c.client_id = ${value("searchedId")}::uuid`] : [])
    ])
  }

  const matching = (shape: Shape, value: Placeholder<Value>) =>
    sql.and([
      sql`c.tenant = ${value("tenant")}::uuid`,
      ...(shape.includeInactive ? [] : [sql`c.is_inactive IS NOT TRUE`]),
      ...(shape.oneClient ? [sql`c.client_id = ${value("onlyClient")}::uuid`] : []),
      ...(shape.searched ? [found(shape, value)] : [])
    ])

  const name = sql`lower(c.client_name) COLLATE "C"`

  const list = prepareShapes(sql, (shape: Shape, value: Placeholder<Value>) =>
    listStatement(sql, shape, value, {
      matches: (length) => sql`
        SELECT c.client_id AS id, ${name} AS name
        FROM clients AS c
        WHERE ${matching(shape, value)} AND octet_length(c.client_name) ${sql.literal(length)}`,
      count: shape.searched ? null : sql`SELECT count(*) FROM clients AS c WHERE ${matching(shape, value)}`,
      selected: selected(value),
      joined: sql`clients AS c ON c.tenant = ${value("tenant")}::uuid AND c.client_id = page.id`,
      order: sql`${name}, c.client_id`
    })
  )

  const get = prepare(
    (yield* ShortReads) ?? sql,
    (value: Placeholder<"tenant" | "client">) => sql`
      SELECT ${selected(value)}
      FROM clients AS c
      WHERE c.tenant = ${value("tenant")}::uuid AND c.client_id = ${value("client")}::uuid`
  )

  return ClientReader.of({
    list: (tenant, asked) => {
      const { includeInactive, onlyClient } = asked
      const shape = { ...listShape(asked), includeInactive, oneClient: onlyClient !== null }
      return Effect.map(toClients(list(shape, { ...listValues(tenant, asked), onlyClient })), (rows) =>
        toPage(rows, asked, summary)
      )
    },
    get: (tenant, client) =>
      Effect.map(toClient(get({ tenant, client })), ([row]) => (row === undefined ? null : summary(row)))
  })
})

/** {@link ClientReader} over `clients`, `users` and the tag tables. One statement a call. */
export const layerClientReader: Layer.Layer<ClientReader, never, SqlClient> = Layer.effect(ClientReader, make)
