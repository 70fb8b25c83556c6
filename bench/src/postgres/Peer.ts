import { Effect, Redacted, type Scope } from "effect"
import Knex from "knex"

/** What an operation reads: one page of one tenant's list, or one record. */
export interface Listing {
  readonly tenant: string
  readonly search: string | null
  readonly page: number
  readonly pageSize: number
}

/** A page as a peer answers it. */
export interface PeerPage {
  readonly total: number
  readonly ids: ReadonlyArray<string>
}

/** One statement that a peer sends. */
export interface Sent {
  readonly sql: string
  readonly params: ReadonlyArray<unknown>
}

/** The same reads by other means: two statements for a list, one for a record. */
export interface Peer {
  readonly clients: (asked: Listing) => Effect.Effect<PeerPage>
  readonly services: (asked: Listing) => Effect.Effect<PeerPage>
  readonly client: (tenant: string, id: string) => Effect.Effect<unknown>
  /** The statements of a list, as they are sent. */
  readonly sent: (what: "clients" | "services", asked: Listing) => ReadonlyArray<Sent>
}

/**
 * `today`: as the product's own pages do it, with `count(DISTINCT …)` over the join and `LOWER(name)` in the order.
 * `plain`: the least that the two statements can be, with `count(*)` over the one table and the name itself in the order,
 * which an index of the product serves; it is another order where names differ in case.
 */
export type PeerKind = "today" | "plain"

const clientColumns = [
  "c.client_id",
  "c.client_name",
  "c.client_type",
  "c.is_inactive",
  "c.default_currency_code",
  "c.account_manager_id",
  "u.first_name",
  "u.last_name",
  "c.billing_email"
]

const serviceColumns = [
  "s.service_id",
  "s.service_name",
  "s.item_kind",
  "s.billing_method",
  "s.custom_service_type_id",
  "t.name as service_type_name",
  "s.default_rate",
  "s.unit_of_measure",
  "s.is_active",
  "s.sku"
]

const statements = (knex: Knex.Knex, kind: PeerKind) => {
  const withManager = (query: Knex.Knex.QueryBuilder) =>
    query.leftJoin("users as u", (on) => {
      on.on("c.account_manager_id", "u.user_id").andOn("c.tenant", "u.tenant")
    })
  const withType = (query: Knex.Knex.QueryBuilder) =>
    query.leftJoin("service_types as t", (on) => {
      on.on("s.custom_service_type_id", "t.id").andOn("s.tenant", "t.tenant")
    })
  const containing = (query: Knex.Knex.QueryBuilder, search: string | null, columns: ReadonlyArray<string>) =>
    search === null
      ? query
      : query.where((any) => {
          for (const column of columns) any.orWhereILike(column, `%${search}%`)
        })
  const ordered = (query: Knex.Knex.QueryBuilder, column: string) =>
    kind === "today" ? query.orderByRaw(`LOWER(${column}) asc`) : query.orderBy(column, "asc")
  const counted = (bare: Knex.Knex.QueryBuilder, joined: Knex.Knex.QueryBuilder, id: string) =>
    kind === "today" ? joined.countDistinct(`${id} as count`).first() : bare.count("* as count").first()

  return {
    clients: ({ tenant, search, page, pageSize }: Listing) => {
      const bare = containing(knex("clients as c").where({ "c.tenant": tenant, "c.is_inactive": false }), search, [
        "c.client_name",
        "c.billing_email"
      ])
      return {
        count: counted(bare.clone(), withManager(bare.clone()), "c.client_id"),
        page: ordered(withManager(bare.clone()).select(clientColumns), "c.client_name")
          .limit(pageSize)
          .offset((page - 1) * pageSize)
      }
    },
    services: ({ tenant, search, page, pageSize }: Listing) => {
      const bare = containing(
        knex("service_catalog as s")
          .where("s.tenant", tenant)
          .whereIn("s.billing_method", ["fixed", "hourly", "usage"]),
        search,
        ["s.service_name", "s.description", "s.sku"]
      )
      return {
        count: counted(bare.clone(), withType(bare.clone()), "s.service_id"),
        page: ordered(withType(bare.clone()).select(serviceColumns), "s.service_name")
          .limit(pageSize)
          .offset((page - 1) * pageSize)
      }
    },
    client: (tenant: string, id: string) =>
      withManager(knex("clients as c").where({ "c.tenant": tenant, "c.client_id": id }))
        .select(clientColumns)
        .first()
  }
}

/** A peer over knex and `pg`, with a pool of so many connections. */
export const knexPeer = (
  url: Redacted.Redacted,
  kind: PeerKind,
  connections = 10
): Effect.Effect<Peer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => Knex({ client: "pg", connection: Redacted.value(url), pool: { min: 0, max: connections } })),
      (knex) => Effect.promise(() => knex.destroy())
    ),
    (knex) => {
      const ask = statements(knex, kind)
      const listed = (id: string, asked: { count: Knex.Knex.QueryBuilder; page: Knex.Knex.QueryBuilder }) =>
        Effect.promise(async (): Promise<PeerPage> => {
          const total = Number((await asked.count).count)
          const rows: ReadonlyArray<Record<string, string>> = await asked.page
          return { total, ids: rows.map((row) => row[id] ?? "") }
        })
      const native = (query: Knex.Knex.QueryBuilder): Sent => {
        const { sql, bindings } = query.toSQL().toNative()
        return { sql, params: bindings }
      }
      return {
        clients: (asked) => listed("client_id", ask.clients(asked)),
        services: (asked) => listed("service_id", ask.services(asked)),
        client: (tenant, id) => Effect.promise(async () => await ask.client(tenant, id)),
        sent: (what, asked) => {
          const { count, page } = ask[what](asked)
          return [native(count), native(page)]
        }
      }
    }
  )
