import { seed } from "@alga-psa/ext-adapters-memory/Seed"
import { ids } from "@alga-psa/ext-adapters-memory/SeedIds"
import { CapabilityGate, type CapabilityGateService } from "@alga-psa/ext-domain/CapabilityGate"
import type { ClientReaderService, ClientsPageQuery, ClientsQuery } from "@alga-psa/ext-domain/Clients"
import { HostName } from "@alga-psa/ext-domain/HostName"
import { InstallLookup, type InstallLookupService } from "@alga-psa/ext-domain/InstallLookup"
import { RbacCheck, type RbacCheckService } from "@alga-psa/ext-domain/RbacCheck"
import { serviceName } from "@alga-psa/ext-domain/Resource"
import { type KnownResource, type ResourceReader, resources } from "@alga-psa/ext-domain/Resources"
import type { ServiceReaderService, ServicesPageQuery, ServicesQuery } from "@alga-psa/ext-domain/Services"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { createTables, load } from "../src/Fixture.ts"
import { layerEmbedded } from "../src/PgEmbedded.ts"
import type { ReadInstallSecrets } from "../src/PgInstallSecrets.ts"

/** A statement as the driver gets it. */
export interface SentStatement {
  readonly text: string
  readonly params: ReadonlyArray<unknown>
}

/** A call of a port, and every statement that it sent, in order. */
export interface SentCall {
  /** The port's method, such as `ClientReader.list`. */
  readonly call: string
  /** What the call was given beside the tenant. */
  readonly input: object
  readonly statements: ReadonlyArray<SentStatement>
}

/** The tenant of every call. No other input of a call holds its id. */
export const callersTenant = ids.tenants.acme

type Choices<Query> = { readonly [Key in keyof Query]: ReadonlyArray<Query[Key]> }

const combinations = <Query extends object>(choices: Choices<Query>): ReadonlyArray<Query> =>
  Object.entries<ReadonlyArray<unknown>>(choices).reduce<ReadonlyArray<object>>(
    (found, [key, values]) => found.flatMap((query) => values.map((value) => ({ ...query, [key]: value }))),
    [{}]
  ) as ReadonlyArray<Query>

const paging = { page: [1, 10_000], pageSize: [1, 100] }

/** Neither a text that finds something, nor an id, nor one without a sigma. */
const oddSearch = "50% of everything Σ"

const clientQueries = combinations<ClientsQuery>({
  search: [null, "e", oddSearch, ids.clients.evergreen],
  includeInactive: [false, true],
  onlyClient: [null, ids.clients.evergreen],
  ...paging
})

const cursors = {
  search: [null, "e", oddSearch, ids.clients.evergreen],
  pageSize: [100],
  after: [null, { name: "evergreen", id: ids.clients.evergreen }],
  withTotal: [false, true]
}

const clientPages = combinations<ClientsPageQuery>({
  ...cursors,
  includeInactive: [false, true],
  onlyClient: [null, ids.clients.evergreen],
  tags: [null, ["managed"], ["managed", "priority tag"]]
})

const servicePages = combinations<ServicesPageQuery>({
  ...cursors,
  itemKind: [null, "service"],
  isActive: [null, false],
  billingMethod: [null, "hourly"]
})

const serviceQueries = combinations<ServicesQuery>({
  search: [null, "e", oddSearch, ids.services.support],
  itemKind: [null, "service", "product"],
  isActive: [null, false, true],
  billingMethod: [null, "hourly", "usage"],
  ...paging
})

interface Call {
  readonly input: object
  readonly run: Effect.Effect<unknown, unknown>
}

/** Calls of every method of a port: a method that is added to the port and not here does not compile. */
type Calls<Port> = { readonly [Method in keyof Port]: (port: Port) => ReadonlyArray<Call> }

const clientReader: Calls<ClientReaderService> = {
  list: (port) => clientQueries.map((input) => ({ input, run: port.list(callersTenant, input) })),
  get: (port) => [ids.clients.evergreen].map((client) => ({ input: { client }, run: port.get(callersTenant, client) })),
  page: (port) => clientPages.map((input) => ({ input, run: port.page(callersTenant, input) })),
  getMany: (port) =>
    [[ids.clients.evergreen], [ids.clients.evergreen, ids.clients.harbor]].map((clients) => ({
      input: { clients },
      run: port.getMany(callersTenant, clients)
    }))
}

const serviceReader: Calls<ServiceReaderService> = {
  list: (port) => serviceQueries.map((input) => ({ input, run: port.list(callersTenant, input) })),
  get: (port) =>
    [ids.services.support].map((service) => ({ input: { service }, run: port.get(callersTenant, service) })),
  page: (port) => servicePages.map((input) => ({ input, run: port.page(callersTenant, input) })),
  getMany: (port) =>
    [[ids.services.support], [ids.services.support, ids.services.firewall]].map((services) => ({
      input: { services },
      run: port.getMany(callersTenant, services)
    }))
}

const capabilityGate: Calls<CapabilityGateService> = {
  access: (port) =>
    [ids.installs.full].map((install) => ({ input: { install }, run: port.access(callersTenant, install) })),
  accessTo: (port) =>
    [ids.extensions.full].map((extension) => ({ input: { extension }, run: port.accessTo(callersTenant, extension) }))
}

const rbacCheck: Calls<RbacCheckService> = {
  subject: (port) =>
    [ids.users.admin, ids.users.portal].map((user) => ({ input: { user }, run: port.subject(callersTenant, user) }))
}

/** What an install is looked up by in the seed. */
const lookedUp = {
  host: HostName.make("full.pages.example"),
  install: ids.installs.full,
  bundle: { extension: ids.extensions.full, hash: "a".repeat(64) }
}

const installLookup: Calls<InstallLookupService> = {
  byHost: (port) => [{ input: { host: lookedUp.host }, run: port.byHost(lookedUp.host) }],
  byId: (port) => [{ input: { install: lookedUp.install }, run: port.byId(lookedUp.install) }],
  byBundle: (port) => [{ input: lookedUp.bundle, run: port.byBundle(lookedUp.bundle.extension, lookedUp.bundle.hash) }]
}

/** Calls of the reader of every resource. */
const readers: { readonly [Resource in KnownResource as Resource["name"]]: Calls<Resource["Reader"]["Service"]> } = {
  clients: clientReader,
  services: serviceReader
}

const callsOf = <Port>(
  name: string,
  port: Port,
  calls: Readonly<Record<string, (port: Port) => ReadonlyArray<Call>>>
): ReadonlyArray<Call & { readonly call: string }> =>
  Object.entries(calls).flatMap(([method, of]) => of(port).map((it) => ({ call: `${name}.${method}`, ...it })))

const recorded = (sent: Array<SentStatement>, connection: Connection): Connection => {
  const note = (text: string, params: ReadonlyArray<unknown>) => Effect.sync(() => sent.push({ text, params }))
  const record =
    <More extends ReadonlyArray<unknown>, A, E>(
      run: (text: string, params: ReadonlyArray<unknown>, ...more: More) => Effect.Effect<A, E>
    ) =>
    (text: string, params: ReadonlyArray<unknown>, ...more: More): Effect.Effect<A, E> =>
      Effect.andThen(note(text, params), run.call(connection, text, params, ...more))
  return {
    execute: record(connection.execute),
    executeRaw: record(connection.executeRaw),
    executeStream: (text, params, transform) =>
      Stream.unwrap(Effect.as(note(text, params), connection.executeStream(text, params, transform))),
    executeValues: record(connection.executeValues),
    executeValuesUnprepared: record(connection.executeValuesUnprepared),
    executeUnprepared: record(connection.executeUnprepared)
  }
}

/** A client of the embedded database that notes what it hands to the driver. */
const layerRecording = (sent: Array<SentStatement>) =>
  Layer.effect(
    SqlClient.SqlClient,
    Effect.flatMap(PgClient.PgClient, (client) =>
      SqlClient.make({
        acquirer: Effect.map(client.reserve, (connection) => recorded(sent, connection)),
        compiler: PgClient.makeCompiler(),
        driver: client.driver,
        spanAttributes: []
      })
    )
  ).pipe(Layer.provide(Reactivity.layer))

/** An embedded database with the seed, which no call changes. Starting one takes two seconds of processor time. */
export const layerSeeded = Layer.effectDiscard(
  Effect.andThen(createTables, load(seed({ contentHash: "a".repeat(64) })))
).pipe(Layer.provideMerge(layerEmbedded()))

type Adapter<E> = Layer.Layer<ResourceReader | CapabilityGate | InstallLookup | RbacCheck, E, SqlClient.SqlClient>

/** What the calls send, on {@link layerSeeded}. */
const sentBy = <P, E, R, E2>(
  adapter: Layer.Layer<P, E, SqlClient.SqlClient>,
  making: Effect.Effect<ReadonlyArray<Call & { readonly call: string }>, E2, R>
) =>
  Effect.suspend(() => {
    const sent: Array<SentStatement> = []
    return Effect.flatMap(making, (calls) =>
      Effect.forEach(calls, ({ call, input, run }) =>
        Effect.map(run, (): SentCall => ({ call, input, statements: sent.splice(0) }))
      )
    ).pipe(Effect.provide(Layer.provide(adapter, layerRecording(sent))))
  })

class Secrets extends Context.Service<Secrets, ReadInstallSecrets>()("testing/ReadInstallSecrets") {}

/** Every statement of an adapter that names no tenant, because it looks for one. */
export const sentLookups = <E>(adapter: Adapter<E>) =>
  sentBy(
    adapter,
    Effect.map(InstallLookup, (lookup) => callsOf("InstallLookup", lookup, installLookup))
  )

/**
 * Every other statement that an adapter sends: all methods of all ports, with every combination of inputs that could change
 * the text, and the read of sealed secrets.
 */
export const sentStatements = <E>(
  adapter: Adapter<E>,
  readSecrets: Effect.Effect<ReadInstallSecrets, never, SqlClient.SqlClient>
) =>
  sentBy(
    Layer.merge(adapter, Layer.effect(Secrets, readSecrets)),
    Effect.gen(function* () {
      const secrets = yield* Secrets
      const install = ids.installs.full
      const ofReaders = yield* Effect.forEach(resources, ({ Reader, name }) =>
        Effect.map(Reader as never as Effect.Effect<never, never, ResourceReader>, (reader) =>
          callsOf(serviceName(Reader), reader, readers[name])
        )
      )
      return [
        ...callsOf("CapabilityGate", yield* CapabilityGate, capabilityGate),
        ...callsOf("RbacCheck", yield* RbacCheck, rbacCheck),
        ...ofReaders.flat(),
        { call: "InstallSecrets.read", input: { install }, run: secrets(callersTenant, install) }
      ]
    })
  )
