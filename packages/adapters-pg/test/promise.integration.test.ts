import { once } from "node:events"
import { connect, createServer } from "node:net"
import { dataset, ids, layer as layerMemory, seed } from "@alga-psa/ext-adapters-memory"
import { PgClient } from "@effect/sql-pg"
import { PGlite } from "@electric-sql/pglite"
import { Effect, Exit, Redacted, Scope } from "effect"
import createKnex from "knex"
import { afterAll, assert, beforeAll, describe, expect, it } from "vitest"
import { createTables, load } from "../src/Fixture.ts"
import { makeSession } from "../src/internal/embeddedSession.ts"
import { openDoor } from "../src/internal/promise/door.ts"
import { plainReads } from "../src/internal/promise/plainReads.ts"
import {
  ClosedError,
  fromKnex,
  InvalidInputError,
  type OpenedReads,
  openReads,
  type QueryFunction,
  ReadFailedError,
  type Source
} from "../src/promise.ts"
import { freePort } from "../testing/FreePort.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { type Driver, embeddedDrivers, serverDrivers } from "./drivers.ts"

const { acme, borealis, cobalt } = ids.tenants
const { evergreen, northwind } = ids.clients

const scope = Scope.makeUnsafe()
const rows = dataset(seed({ contentHash: "a".repeat(64) }))
const embedded = await PGlite.create()
let url = ""

const prepare = (client: Parameters<typeof PgClient.layer>[0]) =>
  Effect.runPromise(Effect.provide(Effect.andThen(createTables, load(rows)), PgClient.layer(client)))

beforeAll(async () => {
  const database = await Effect.runPromise(Scope.provide(testDatabase, scope))
  url = Redacted.value(database)
  await prepare({ url: database })
  await prepare({ stream: makeSession(embedded), username: "postgres", database: "postgres", maxConnections: 1 })
})
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await embedded.close()
})

const everyOne = async <A>(all: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const one of all) found.push(one)
  return found
}

/** What the reads give of every tenant, by inputs that differ in every flag that shapes a statement. */
const everything = ({ clients, services }: OpenedReads) =>
  Promise.all([
    ...[acme, borealis, cobalt].flatMap((tenant) => [
      clients.list(tenant),
      clients.list(tenant, { includeInactive: true, pageSize: 100, withTotal: true }),
      clients.list(tenant, { search: "O", pageSize: 2, withTotal: true }),
      clients.list(tenant, { search: evergreen }),
      clients.list(tenant, { tags: ["MANAGED"] }),
      clients.get(tenant, evergreen),
      clients.get(tenant, northwind.toUpperCase()),
      clients.getMany(tenant, [northwind, ids.clients.borealisFirst, evergreen, northwind]),
      everyOne(clients.all(tenant, { pageSize: 2 })),
      everyOne(clients.all(tenant, { search: "o", includeInactive: true })),
      services.list(tenant),
      services.list(tenant, { itemKind: "service", isActive: true, billingMethod: "hourly", search: "100%" }),
      services.get(tenant, ids.services.support),
      services.get(tenant, ids.services.perUnit),
      services.getMany(tenant, [ids.services.firewall, ids.services.support]),
      everyOne(services.all(tenant, { pageSize: 3 }))
    ])
  ])

const using = async <A>(reads: OpenedReads, use: (reads: OpenedReads) => Promise<A>): Promise<A> => {
  try {
    return await use(reads)
  } finally {
    await reads.close()
  }
}

const through = async <A>(driver: Driver, use: (reads: OpenedReads) => Promise<A>): Promise<A> => {
  try {
    return await using(openReads({ query: driver.query }), use)
  } finally {
    await driver.end()
  }
}

const expected = await using(plainReads(openDoor(layerMemory(rows))), everything)

const failure = (read: Promise<unknown>): Promise<unknown> =>
  read.then(
    () => assert.fail("it was answered"),
    (error) => error
  )

describe("What plain reads give", () => {
  it("is what the ports give, by a pool of their own", async () => {
    assert.deepEqual(await using(openReads({ url }), everything), expected)
    assert.deepEqual(await using(openReads({ url, rowSecurity: true, maxConnections: 1 }), everything), expected)
  })

  it.each(Object.entries(serverDrivers))("is the same through %s", async (_, driverOf) => {
    assert.deepEqual(await through(driverOf(url), everything), expected)
  })

  it.each(Object.entries(embeddedDrivers))("is the same through %s", async (_, driverOf) => {
    assert.deepEqual(await through(driverOf(embedded), everything), expected)
  })
})

describe("All of a list", () => {
  it("is read page by page, by one statement each, as it is asked for", async () => {
    const knex = createKnex({ client: "pg", connection: url })
    const query = fromKnex(knex)
    let statements = 0
    const { clients } = openReads({
      query: (sql, values) => {
        statements += 1
        return query(sql, values)
      }
    })
    try {
      const names: Array<string> = []
      for await (const { clientName } of clients.all(acme, { pageSize: 2 })) {
        names.push(clientName)
        if (names.length === 3) break
      }
      assert.deepEqual([names.length, statements], [3, 2])
      const { items, next } = await clients.list(acme, { pageSize: 2 })
      const rest = await everyOne(clients.all(acme, { after: next }))
      assert.deepEqual([...items, ...rest], [...(await everyOne(clients.all(acme)))])
    } finally {
      await knex.destroy()
    }
  })
})

describe("Plain reads in a transaction of knex", () => {
  it("see what it wrote, and nobody else does", async () => {
    const knex = createKnex({ client: "pg", connection: url })
    const outside = openReads({ query: fromKnex(knex) })
    const trx = await knex.transaction()
    const inside = openReads({ query: fromKnex(trx) })
    const names = async (reads: OpenedReads) =>
      (await reads.clients.list(acme, { search: "written just now" })).items.map(({ clientName }) => clientName)
    try {
      await trx("clients").insert({ tenant: acme, client_id: crypto.randomUUID(), client_name: "Written just now" })
      assert.deepEqual([await names(inside), await names(outside)], [["Written just now"], []])
      await trx.rollback()
      assert.deepEqual(await names(outside), [])
    } finally {
      await knex.destroy()
    }
  })
})

describe("Plain reads fail", () => {
  const never: QueryFunction = () => assert.fail("a statement was sent")

  it.each([
    ["tenant", "must be a UUID", (reads: OpenedReads) => reads.clients.list("acme")],
    ["clientId", "must be a UUID", (reads: OpenedReads) => reads.clients.get(acme, "1")],
    ["clientIds", "must be 1 to 100 UUIDs", (reads: OpenedReads) => reads.clients.getMany(acme, [])],
    [
      "after",
      "must be the `next` of an earlier page",
      (reads: OpenedReads) => reads.clients.list(acme, { after: "2" })
    ],
    ["search", "must be text", (reads: OpenedReads) => reads.clients.all(acme, { search: 1 as never }).next()],
    ["serviceId", "must be a UUID", (reads: OpenedReads) => reads.services.get(acme, null as never)],
    ["pageSize", "must be 1 to 100", (reads: OpenedReads) => reads.clients.list(acme, { pageSize: 101 })],
    [
      "itemKind",
      "must be service or product",
      (reads: OpenedReads) => reads.services.list(acme, { itemKind: "x" as "service" })
    ]
  ])("before any statement where %s breaks its rule", async (field, rule, read) => {
    const error = await failure(read(openReads({ query: never })))
    assert.instanceOf(error, InvalidInputError)
    expect(error).toMatchObject({ code: "invalid-input", field, rule, retryable: false, message: `${field} ${rule}` })
  })

  it.each<[string, Source]>([
    ["url", { url: "db.example/alga" }],
    ["url", { url: "https://db.example/alga" }],
    ["maxConnections", { url: "postgres://db.example", maxConnections: 0 }],
    ["statementTimeoutMs", { url: "postgres://db.example", statementTimeoutMs: Number.NaN }],
    ["readTimeoutMs", { query: never, readTimeoutMs: 0.5 }],
    ["query", {} as Source]
  ])("to open where %s is wrong", (field, source) => {
    expect(() => openReads(source)).toThrow(expect.objectContaining({ code: "invalid-input", field }))
  })

  it.each([
    ["57014", "timeout", true],
    ["55P03", "timeout", true],
    ["40001", "unavailable", true],
    ["40P01", "unavailable", true],
    ["08006", "unavailable", true],
    ["57P01", "unavailable", true],
    ["53300", "unavailable", true],
    ["42P01", "failed", false],
    ["42501", "failed", false],
    ["25P02", "failed", false]
  ])(
    "with SQLSTATE %s as %s, retryable: %s, and with what was thrown as the cause",
    async (code, reason, retryable) => {
      const thrown = Object.assign(new Error("from the server"), { severity: "ERROR", code })
      for (const cause of [thrown, new Error("wrapped by a library", { cause: thrown })]) {
        const error = await failure(openReads({ query: () => Promise.reject(cause) }).clients.list(acme))
        assert.instanceOf(error, ReadFailedError)
        expect(error).toMatchObject({ code: reason, retryable })
        assert.strictEqual(error.cause, cause)
      }
    }
  )

  it("as the real servers and drivers say it, not with what the read searched for", async () => {
    for (const driverOf of Object.values(serverDrivers)) {
      const missing = new URL(url)
      missing.pathname = "/postgres"
      const away = new URL(url)
      away.port = "1"
      const list = (reads: OpenedReads) => failure(reads.clients.list(acme, { search: "searched for" }))
      const refused = await through(driverOf(missing.toString()), list)
      expect(refused).toMatchObject({ code: "failed", retryable: false, cause: { code: "42P01" } })
      assert.notInclude((refused as Error).message, "searched for")
      expect(await through(driverOf(away.toString()), list)).toMatchObject({ code: "unavailable", retryable: true })
    }
  })

  it("while their own server refuses, and answer when it is there", async () => {
    const { hostname, port } = new URL(url)
    const front = createServer((inner) => {
      const outer = connect(Number(port), hostname)
      for (const socket of [inner, outer]) socket.on("error", () => {})
      inner.pipe(outer).pipe(inner)
    })
    const address = new URL(url)
    address.host = `127.0.0.1:${await freePort()}`
    await using(openReads({ url: address.toString() }), async (reads) => {
      for (const _ of [1, 2]) expect(await failure(reads.clients.list(acme))).toMatchObject({ code: "unavailable" })
      await once(front.listen(Number(address.port), "127.0.0.1"), "listening")
      assert.strictEqual((await reads.clients.get(acme, evergreen))?.clientId, evergreen)
    })
    front.close()
  })

  it("when the query function gives no answer in time, or no text", async () => {
    const silent = openReads({ query: () => new Promise(() => {}), readTimeoutMs: 5 })
    expect(await failure(silent.clients.get(acme, evergreen))).toMatchObject({ code: "timeout", retryable: true })
    for (const found of [[], [{}], [{ found: 1 }], { rows: [[{ found: "[]" }]] }, null, undefined]) {
      const error = await failure(openReads({ query: async () => found as never }).clients.list(acme))
      expect(error).toMatchObject({ code: "failed", retryable: false })
      assert.instanceOf((error as Error).cause, TypeError)
    }
  })

  it("after they are closed, which waits for the calls that run", async () => {
    const reads = openReads({ url, maxConnections: 1 })
    const running = reads.clients.list(acme)
    await Promise.all([reads.close(), reads.close()])
    assert.isAbove((await running).items.length, 0)
    const error = await failure(reads.services.list(acme))
    assert.instanceOf(error, ClosedError)
    expect(error).toMatchObject({ code: "closed", retryable: false })
  })
})
