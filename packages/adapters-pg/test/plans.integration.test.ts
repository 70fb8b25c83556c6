import { ClientReader, type ClientsPageQuery } from "@alga-psa/ext-domain/Clients"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { ClientId, ExtensionId, ServiceId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { ServiceReader, type ServicesPageQuery } from "@alga-psa/ext-domain/Services"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { CurrentTransformer } from "effect/sql/Statement"
import { createTables } from "../src/Fixture.ts"
import { indexPack } from "../src/IndexPack.ts"
import { layer as layerPorts } from "../src/PgPorts.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

const clients = 50_000
const services = 20_000

const tenant = TenantId.make("a0000000-0000-4000-8000-000000000000")
const user = "b0000000-0000-4000-8000-000000000000"
const type = "e0000000-0000-4000-8000-000000000000"
const tag = "d0000000-0000-4000-8000-000000000000"
const extensions = 100
const installs = 5_000
const versions = 20
const idOf = (kind: string, number: number) => `${kind}0000000-0000-4000-8000-${String(number).padStart(12, "0")}`
const idIn = (kind: string, number = "n") =>
  `('${kind}0000000-0000-4000-8000-' || lpad((${number})::text, 12, '0'))::uuid`
const hashOf = (number: string) => `encode(sha256((${number})::text::bytea), 'hex')`

/**
 * One tenant alone, as in an installation of its own: the server then expects every row to be of whichever tenant is asked for.
 * Names come in another order than ids. Every third record has a tag or prices.
 */
const rows = [
  `INSERT INTO tenants (tenant, client_name, email) VALUES ('${tenant}', '', '')`,
  `INSERT INTO users (tenant, user_id, username, hashed_password, first_name, last_name, email)
    VALUES ('${tenant}', '${user}', 'ada', 'x', 'Ada', 'Lovelace', 'ada@example.com')`,
  `INSERT INTO tag_definitions (tenant, tag_id, tag_text, tagged_type) VALUES ('${tenant}', '${tag}', 'VIP', 'client')`,
  `INSERT INTO clients (tenant, client_id, client_name, is_inactive, account_manager_id)
    SELECT '${tenant}', ${idIn("c")}, 'Client ' || md5(n::text), n % 10 = 0, '${user}'
    FROM generate_series(1, ${clients}) AS n`,
  `INSERT INTO tag_mappings (tenant, tag_id, tagged_id, tagged_type)
    SELECT '${tenant}', '${tag}', ${idIn("c")}, 'client' FROM generate_series(3, ${clients}, 3) AS n`,
  `INSERT INTO service_types (tenant, id, name) VALUES ('${tenant}', '${type}', 'Support')`,
  `INSERT INTO service_catalog (tenant, service_id, service_name, default_rate, unit_of_measure, billing_method,
      custom_service_type_id, item_kind, is_active)
    SELECT '${tenant}', ${idIn("5")}, 'Service ' || md5(n::text), n, 'hour', 'hourly', '${type}', 'service', n % 10 <> 0
    FROM generate_series(1, ${services}) AS n`,
  `INSERT INTO service_prices (tenant, service_id, currency_code, rate)
    SELECT '${tenant}', ${idIn("5")}, code, n
    FROM generate_series(3, ${services}, 3) AS n, unnest(ARRAY['EUR', 'USD']) AS code`
]

/** Extensions with 20 versions each. The first one has an install of each of many tenants. */
const installed = [
  `INSERT INTO tenants (tenant, client_name, email) SELECT ${idIn("a")}, '', '' FROM generate_series(1, ${installs}) AS n`,
  `INSERT INTO extension_version (id, registry_id, version, runtime, main_entry)
    SELECT ${idIn("e")}, ${idIn("f", `n / ${versions}`)}, n::text, '', '' FROM generate_series(0, ${extensions * versions - 1}) AS n`,
  `INSERT INTO extension_bundle (id, version_id, content_hash)
    SELECT ${idIn("b")}, ${idIn("e")}, 'sha256:' || upper(${hashOf("n")}) FROM generate_series(0, ${extensions * versions - 1}) AS n`,
  `INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id)
    SELECT ${idIn("d")}, ${idIn("a")}::text, ${idIn("f", "0")}, ${idIn("e", `n % ${versions}`)}
    FROM generate_series(1, ${installs}) AS n`,
  `INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id)
    SELECT ${idIn("d", `${installs} + n`)}, ${idIn("a")}::text, ${idIn("f", "n")}, ${idIn("e", `n * ${versions}`)}
    FROM generate_series(1, ${extensions - 1}) AS n`
]

const filled = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const run = (statement: string) => sql.unsafe(statement).unprepared
  yield* createTables
  yield* run("SET session_replication_role = replica")
  yield* Effect.forEach([...rows, ...installed], run)
  const pack = indexPack.filter(({ optIn }) => !optIn)
  yield* Effect.forEach(pack, ({ definition, name }) => run(`CREATE INDEX ${name} ON ${definition}`))
  yield* run("VACUUM (ANALYZE)")
  // As the connections of `layerServer` are set.
  yield* run("SET plan_cache_mode = force_generic_plan")
  yield* run("SET max_parallel_workers_per_gather = 0")
})

const database = Layer.unwrap(
  Effect.map(testDatabase, (url) =>
    layerPorts.pipe(
      Layer.provideMerge(Layer.effectDiscard(filled)),
      Layer.provideMerge(PgClient.layer({ url, maxConnections: 1 }))
    )
  )
)

interface Node {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Index Cond"?: string
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Rows Removed by Filter"?: number
  readonly Plans?: ReadonlyArray<Node>
}

const nodesOf = (node: Node): ReadonlyArray<Node> => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const literal = (value: unknown) => (typeof value === "number" ? value : `'${String(value).replaceAll("'", "''")}'`)

/** The nodes of the plan of the one statement that a read sends, as it was run. */
const planOf = <A, R>(read: Effect.Effect<A, DataSourceError, R>) =>
  Effect.gen(function* () {
    const sent: Array<readonly [string, ReadonlyArray<unknown>]> = []
    const found = yield* Effect.provideService(read, CurrentTransformer, (statement) =>
      Effect.sync(() => {
        const [text, params] = statement.compile()
        sent.push([text, params])
        return statement
      })
    )
    assert.lengthOf(sent, 1)
    const [[text, params] = ["", []]] = sent
    const sql = yield* PgClient.PgClient
    const run = (statement: string) =>
      sql.unsafe<{ readonly "QUERY PLAN": ReadonlyArray<{ readonly Plan: Node }> }>(statement).unprepared
    yield* run(`PREPARE explained AS ${text}`)
    const answer = yield* run(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE explained(${params.map(literal).join(", ")})`)
    yield* run("DEALLOCATE explained")
    return { found, nodes: answer.flatMap((row) => row["QUERY PLAN"].flatMap(({ Plan }) => nodesOf(Plan))) }
  })

/** The tables of which a page must not read more than it shows. The others have one row here. */
const large: ReadonlySet<string | undefined> = new Set(["clients", "tag_mappings", "service_catalog", "service_prices"])

/** The rows that a node gave or left out, in all its loops. */
const rowsOf = (node: Node) =>
  Math.round((node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"])

/** What the plan reads of the large tables and their indexes, and the most that it sorts at once, in rows. */
const workOf = (nodes: ReadonlyArray<Node>) => ({
  read: nodes.filter((node) => large.has(node["Relation Name"])).reduce((sum, node) => sum + rowsOf(node), 0),
  sorted: Math.max(0, ...nodes.filter((node) => node["Node Type"].endsWith("Sort")).map((node) => node["Actual Rows"]))
})

const clientsPage = (query: Partial<ClientsPageQuery>) =>
  Effect.flatMap(ClientReader, (reader) =>
    reader.page(tenant, {
      ...{ search: null, pageSize: 100, after: null, withTotal: false, includeInactive: false, onlyClient: null },
      ...{ tags: null, ...query }
    })
  )

const servicesPage = (query: Partial<ServicesPageQuery>) =>
  Effect.flatMap(ServiceReader, (reader) =>
    reader.page(tenant, {
      ...{ search: null, pageSize: 100, after: null, withTotal: false, itemKind: null, isActive: null },
      ...{ billingMethod: null, ...query }
    })
  )

const ofClients = { name: "client 8", id: idOf("c", 1) }
const ofServices = { name: "service 8", id: idOf("5", 1) }

const many = <A>(of: (number: number) => A) => Array.from({ length: 100 }, (_, at) => of(1 + at * 99))
const manyClients = Effect.flatMap(ClientReader, (reader) =>
  reader.getMany(
    tenant,
    many((number) => ClientId.make(idOf("c", number)))
  )
)
const manyServices = Effect.flatMap(ServiceReader, (reader) =>
  reader.getMany(
    tenant,
    many((number) => ServiceId.make(idOf("5", number)))
  )
)

type Found = { readonly items: ReadonlyArray<object> } | ReadonlyArray<object | null>

/** Reads of 100 records, the index by which they are found, and the most rows that they may read of the large tables. */
const reads: ReadonlyArray<
  readonly [
    name: string,
    index: string,
    most: number,
    read: Effect.Effect<Found, DataSourceError, ClientReader | ServiceReader>
  ]
> = [
  ["the first page of clients", "alga_ext_clients_name", 500, clientsPage({})],
  ["the first page with inactive clients", "alga_ext_clients_name", 500, clientsPage({ includeInactive: true })],
  ["a page of clients from the middle", "alga_ext_clients_name", 500, clientsPage({ after: ofClients })],
  ["a page by a tag of every third client", "alga_ext_clients_name", 1_000, clientsPage({ tags: ["vip"] })],
  ["the first page of services", "alga_ext_services_name", 500, servicesPage({})],
  ["a page of services from the middle", "alga_ext_services_name", 500, servicesPage({ after: ofServices })],
  ["a page of active services", "alga_ext_services_name", 500, servicesPage({ after: ofServices, isActive: true })],
  ["100 clients by their ids", "clients_(pkey|client_id_unique)", 500, manyClients],
  ["100 services by their ids", "service_catalog_pkey", 500, manyServices]
]

layer(database)(`With ${clients} clients and ${services} services`, (it) => {
  it.effect.each(reads)("%s are one range of %s, at most %d rows are read, and no more sorted than found", (read) =>
    Effect.gen(function* () {
      const [, index, most, of100] = read
      const { found, nodes } = yield* planOf(of100)
      assert.lengthOf("items" in found ? found.items : found.filter((one) => one !== null), 100)
      const { read: rows, sorted } = workOf(nodes)
      const shown = nodes.map((node) => [node["Node Type"], node["Index Name"] ?? node["Relation Name"], rowsOf(node)])
      assert.isAtMost(rows, most, JSON.stringify(shown))
      assert.isAtMost(sorted, 101, JSON.stringify(shown))
      const ranges = nodes.filter((node) => new RegExp(`^${index}$`).test(node["Index Name"] ?? ""))
      assert.lengthOf(ranges, 1, JSON.stringify(shown))
      assert.match(ranges[0]?.["Index Cond"] ?? "", /\b(tenant|client_id) = /)
    })
  )

  it.effect("a total is counted by the narrowest index, also far down", () =>
    Effect.gen(function* () {
      for (const after of [null, ofClients]) {
        const { found, nodes } = yield* planOf(clientsPage({ after, withTotal: true }))
        assert.strictEqual(found.totalCount, clients * 0.9)
        const counted = nodes.filter((node) => large.has(node["Relation Name"]) && rowsOf(node) > 1_000)
        assert.deepEqual(
          counted.map((node) => [node["Node Type"], node["Index Name"]]),
          [["Index Only Scan", "alga_ext_clients_active"]]
        )
        assert.isAtMost(workOf(nodes).sorted, 101)
      }
    })
  )

  it.effect("a tag that the tenant does not have ends a page before a client is read", () =>
    Effect.gen(function* () {
      const { found, nodes } = yield* planOf(clientsPage({ tags: ["absent"] }))
      assert.lengthOf(found.items, 0)
      assert.strictEqual(workOf(nodes).read, 0)
    })
  )

  it.effect(
    "an archive of an extension with many installs is found by the product's index of archives, however that is written",
    () =>
      Effect.gen(function* () {
        const { byBundle } = yield* InstallLookup
        const sql = yield* PgClient.PgClient
        const [row] = yield* sql.unsafe<{ readonly hash: string }>(`SELECT ${hashOf("7")} AS hash`).unprepared
        const extension = ExtensionId.make(idOf("f", 0))
        for (const [hash, install, most] of [
          [row?.hash ?? "", idOf("d", 7), 1 + installs / versions],
          ["0".repeat(64), null, 0]
        ] as const) {
          const { found, nodes } = yield* planOf(byBundle(extension, hash))
          assert.strictEqual(found?.installId ?? null, install)
          const read = (table: string) =>
            nodes.filter((node) => node["Relation Name"] === table).reduce((sum, node) => sum + rowsOf(node), 0)
          assert.isAtMost(read("extension_bundle"), most)
          assert.isAtMost(read("tenants"), most)
          assert.isAtMost(read("tenant_extension_install"), installs + extensions)
          assert.include(nodes.map((node) => node["Index Name"]).join(), "extension_bundle_content_hash_idx")
        }
      })
  )
})
