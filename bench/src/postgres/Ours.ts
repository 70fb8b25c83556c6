import { layer as layerPorts } from "@alga-psa/ext-adapters-pg/PgPorts"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { ClientId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { PageCursor } from "@alga-psa/ext-domain/PageCursor"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { Duration, Effect, Layer, type Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { CurrentTransformer } from "effect/sql/Statement"
import type { Listing, Sent } from "./Peer.ts"

/** The readers and the guarded reads as the runner composes them, on a database. */
export const layerOurs = (url: Redacted.Redacted, connections = 10) =>
  layerGuardedReads.pipe(
    Layer.provideMerge(layerPorts),
    Layer.provideMerge(layerServer({ url, maxConnections: connections, statementTimeout: Duration.minutes(2) }))
  )

type Readers = ClientReader | ServiceReader

/** A page of clients, active ones as the peers ask for. */
export const clients = ({ tenant, search, page, pageSize }: Listing) =>
  Effect.flatMap(ClientReader, (reader) =>
    reader.list(TenantId.make(tenant), { search, page, pageSize, includeInactive: false, onlyClient: null })
  )

/** The page of active clients behind a cursor, without a total. */
export const clientsBehind = (tenant: string, pageSize: number, after: PageCursor | null) =>
  Effect.flatMap(ClientReader, (reader) =>
    reader.page(TenantId.make(tenant), {
      search: null,
      pageSize,
      after,
      includeInactive: false,
      onlyClient: null,
      tags: null,
      withTotal: false
    })
  )

/** A page of the catalog. */
export const services = ({ tenant, search, page, pageSize }: Listing) =>
  Effect.flatMap(ServiceReader, (reader) =>
    reader.list(TenantId.make(tenant), { search, page, pageSize, itemKind: null, isActive: null, billingMethod: null })
  )

/** One client. */
export const client = (tenant: string, id: string) =>
  Effect.flatMap(ClientReader, (reader) => reader.get(TenantId.make(tenant), ClientId.make(id)))

/** The one statement that a read sends. */
export const sentBy = <A>(
  read: Effect.Effect<A, DataSourceError, Readers>
): Effect.Effect<Sent, DataSourceError, Readers> =>
  Effect.gen(function* () {
    let sent: Sent = { sql: "", params: [] }
    yield* Effect.provideService(read, CurrentTransformer, (statement) =>
      Effect.sync(() => {
        const [sql, params] = statement.compile()
        sent = { sql, params }
        return statement
      })
    )
    return sent
  })

/** Sends a statement by the same client, and hands over its rows as they are. */
export const bare = ({ sql, params }: Sent): Effect.Effect<ReadonlyArray<object>, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (client) => client.unsafe<object>(sql, params))

const countOfClients = "ELSE (SELECT count(*) FROM clients AS c WHERE"

/** A list statement that finds its page and counts nothing. */
export const withoutCount = (sent: Sent): Sent => {
  if (!sent.sql.includes(countOfClients)) throw new Error("the list statement has no count of clients where it had one")
  return { ...sent, sql: sent.sql.replace(countOfClients, `${countOfClients} false AND`) }
}
