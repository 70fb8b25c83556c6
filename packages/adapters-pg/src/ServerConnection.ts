import type { PgClientConfig } from "@effect/sql-pg/PgClient"
import { Context, Duration, Effect, Redacted } from "effect"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { type DatabaseAddress, databaseAddress, shownAddress } from "./DatabaseAddress.ts"
import { saslPrep } from "./internal/saslPrep.ts"
import { type Opened, type Route, ServerStream } from "./internal/wire/ServerStream.ts"

/** How connections to a database are made. */
export interface ConnectionOptions {
  /** The name of the database in log lines about its connections, such as the setting's name. */
  readonly name: string
  /** How long one host may take to be ready, where its address says nothing. */
  readonly connectTimeout: Duration.Duration
  /** What the server calls the connections, where the address says nothing. */
  readonly applicationName: string
}

/** Whether the log says how databases are reached. Not by default, so that a command prints only its own output. */
export const TellsConnections = Context.Reference<boolean>("@alga-psa/ext-adapters-pg/TellsConnections", {
  defaultValue: () => false
})

const describe = (name: string, address: DatabaseAddress) => {
  const { mode } = address.tls
  return ({ host, protocol }: Opened) =>
    Effect.annotateLogs(Effect.logInfo("connected to PostgreSQL"), {
      database: name,
      server: shownAddress({ ...address, hosts: [host] }),
      login: address.user,
      tls: protocol ?? "off",
      sslmode: mode
    })
}

const resolved = (database: Redacted.Redacted | DatabaseAddress): Effect.Effect<DatabaseAddress, SqlError> => {
  if (!Redacted.isRedacted(database)) return Effect.succeed(database)
  return Effect.mapError(Effect.fromResult(databaseAddress(Redacted.value(database))), (why) => {
    const cause = new Error(`the URL of the database ${why}`)
    return new SqlError({ reason: new ConnectionError({ cause, message: cause.message, operation: "connect" }) })
  })
}

/**
 * What the driver needs for connections to this database, or the one of this URL: hosts in their order, TLS as `sslmode`
 * says, the password as SCRAM takes it, and the server's place for spans. Where {@link TellsConnections} is on, the log tells
 * of the first connection, and of each that is another than the one before: another host, or TLS where there was none.
 */
export const connectionTo = (
  database: Redacted.Redacted | DatabaseAddress,
  options: ConnectionOptions
): Effect.Effect<PgClientConfig, SqlError> =>
  Effect.gen(function* () {
    const address = yield* resolved(database)
    const run = Effect.runForkWith(yield* Effect.context())
    const tells = yield* TellsConnections
    const tell = describe(options.name, address)
    const patience = address.connectTimeout ?? options.connectTimeout
    let before = ""
    const route: Route = {
      address,
      patience,
      last: null,
      opened: (connection) => {
        const now = JSON.stringify(connection)
        if (!tells || now === before) return
        before = now
        run(tell(connection))
      }
    }
    return {
      stream: () => new ServerStream(route),
      ssl: false,
      host: address.hosts.map(({ name }) => name).join(","),
      port: address.hosts[0].port,
      database: address.database,
      username: address.user,
      ...(address.password === null ? {} : { password: Redacted.make(saslPrep(Redacted.value(address.password))) }),
      connectTimeout: Duration.times(patience, address.hosts.length),
      applicationName: address.applicationName ?? options.applicationName,
      ...(address.options === null ? {} : { startupOptions: address.options }),
      spanAttributes: { "db.client.sslmode": address.tls.mode }
    }
  })
