import { dataset, ids, seed } from "@alga-psa/ext-adapters-memory"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import createKnex, { type Knex } from "knex"
import { afterAll, afterEach, assert, beforeAll, describe, expect, it, vi } from "vitest"
import { createTables, load } from "../src/Fixture.ts"
import {
  AuditFailedError,
  type AuditRecord,
  type Caller,
  fromKnex,
  type GuardedSource,
  NotAllowedError,
  openGuardedReads,
  type Reads,
  ReadsError
} from "../src/promise.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

const { clients, extensions, installs, services, tenants, users } = ids
const tenant = tenants.acme
const install = installs.full

const scope = Scope.makeUnsafe()
let url = ""
let knex: Knex

beforeAll(async () => {
  const database = await Effect.runPromise(Scope.provide(testDatabase, scope))
  url = Redacted.value(database)
  knex = createKnex({ client: "pg", connection: url })
  const rows = dataset(seed({ contentHash: "a".repeat(64) }))
  await Effect.runPromise(
    Effect.provide(Effect.andThen(createTables, load(rows)), PgClient.layer({ url: database, maxConnections: 1 }))
  )
})
afterAll(async () => {
  await knex.destroy()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})
afterEach(() => vi.restoreAllMocks())

const open = (records: Array<AuditRecord> = [], source: GuardedSource = { query: fromKnex(knex) }) =>
  openGuardedReads({ ...source, audit: (record) => void records.push(record) })

const told = (read: Promise<unknown>): Promise<unknown> =>
  read.then(
    () => "allowed",
    (error) => (error instanceof ReadsError ? error.code : error)
  )

/** One after the other, as a transaction has one connection. */
const fourReads = async (reads: Reads): Promise<ReadonlyArray<unknown>> => [
  await told(reads.clients.list()),
  await told(reads.clients.get(clients.evergreen)),
  await told(reads.services.list()),
  await told(reads.services.get(services.support))
]

const all = ["allowed", "allowed", "allowed", "allowed"]
const none = ["not-allowed", "not-allowed", "not-allowed", "not-allowed"]
const ofClients = ["allowed", "allowed", "not-allowed", "not-allowed"]

describe("Guarded plain reads", () => {
  it.each<[string, Caller, ReadonlyArray<string>]>([
    ["an administrator", { tenant, install, user: users.admin }, all],
    ["a user whose activity was never said", { tenant, install, user: users.manager }, all],
    ["a user with one of the permissions", { tenant, install, user: users.technician }, ofClients],
    ["a user without a permission", { tenant, install, user: users.withoutPermission }, none],
    ["an inactive user", { tenant, install, user: users.inactive }, none],
    ["a portal user with a role of the staff", { tenant, install, user: users.portalWithStaffRole }, none],
    ["a user of another tenant", { tenant, install, user: users.borealisAdmin }, none],
    ["a schedule", { tenant, install, trigger: "schedule" }, all],
    ["a webhook", { tenant, install, trigger: "webhook" }, all],
    ["nobody, and no trigger", { tenant, install } as never, none],
    ["nobody, and a trigger of another kind", { tenant, install, trigger: "timer" } as never, none],
    [
      "a schedule, and a user who may not",
      { tenant, install, trigger: "schedule", user: users.inactive } as never,
      none
    ],
    ["an install without grants", { tenant, install: installs.ungranted, user: users.admin }, none],
    ["an install that declares nothing", { tenant, install: installs.undeclared, user: users.admin }, none],
    ["a disabled install", { tenant, install: installs.disabled, trigger: "schedule" }, none],
    ["a pending install", { tenant, install: installs.pending, trigger: "schedule" }, none],
    ["an install of another tenant", { tenant, install: installs.borealis, trigger: "schedule" }, none],
    [
      "an install of a suspended tenant",
      { tenant: tenants.cobalt, install: installs.cobalt, trigger: "schedule" },
      none
    ]
  ])("of %s are what a host call's are", async (_, caller, expected) => {
    assert.deepEqual(await fourReads(open().as(caller)), expected)
  })

  it("show a portal user their own client alone", async () => {
    const portal = open().as({ tenant, install, user: users.portal }).clients
    assert.deepEqual(
      (await portal.list({ includeInactive: true })).items.map(({ clientId }) => clientId),
      [clients.evergreen]
    )
    assert.strictEqual((await portal.get(clients.evergreen))?.clientId, clients.evergreen)
    assert.isNull(await portal.get(clients.northwind))
    const many = await portal.getMany([clients.northwind, clients.evergreen])
    assert.deepEqual(
      many.map((client) => client?.tags),
      [undefined, []]
    )
    await expect(portal.list({ tags: ["managed"] })).rejects.toMatchObject({ code: "invalid-input", field: "tags" })
    const alone = open().as({ tenant, install, user: users.portalWithoutContact }).clients
    assert.deepEqual((await alone.list()).items, [])
  })

  it("ask for every right anew, with a pool of their own too", async () => {
    const reads = open([], { url, maxConnections: 1 })
    const admin = reads.as({ tenant, install, user: users.admin })
    const switched = async (table: string, id: object, columns: object) => knex(table).where(id).update(columns)
    const user = { tenant, user_id: users.admin }
    assert.deepEqual(await fourReads(admin), all)
    await switched("users", user, { is_inactive: true })
    assert.deepEqual(await fourReads(admin), none)
    await switched("users", user, { is_inactive: false })
    assert.deepEqual(await fourReads(admin), all)
    await switched("tenant_extension_install", { id: install }, { is_enabled: false })
    assert.deepEqual(await fourReads(admin), none)
    await switched("tenant_extension_install", { id: install }, { is_enabled: true })
    assert.deepEqual(await fourReads(admin), all)
    await reads.close()
  })

  it("in a transaction go by what it wrote", async () => {
    const trx = await knex.transaction()
    const inside = open([], { query: fromKnex(trx) }).as({ tenant, install, user: users.admin })
    await trx("users").where({ tenant, user_id: users.admin }).update({ is_inactive: true })
    assert.deepEqual(await fourReads(inside), none)
    assert.deepEqual(await fourReads(open().as({ tenant, install, user: users.admin })), all)
    await trx.rollback()
  })

  it("ask once for the install, once for the user, and once for the records", async () => {
    const tables: Array<string> = []
    const query = fromKnex(knex)
    const counting: GuardedSource = {
      query: (sql, values) => {
        tables.push(/FROM (tenant_extension_install|users|clients|service_catalog) /.exec(sql)?.[1] ?? sql)
        return query(sql, values)
      }
    }
    await open([], counting).as({ tenant, install, user: users.admin }).services.get(services.support)
    assert.deepEqual(tables, ["tenant_extension_install", "users", "service_catalog"])
  })

  it("say what is missing, as plain errors", async () => {
    const denied = await open()
      .as({ tenant, install, user: users.technician })
      .services.list()
      .catch((error: unknown) => error)
    assert.instanceOf(denied, NotAllowedError)
    expect(denied).toMatchObject({ code: "not-allowed", retryable: false, reason: "rbac", missing: "service:read" })
    const { clients: reads } = open().as({ tenant, install, user: users.admin })
    await expect(reads.list({ pageSize: 0 })).rejects.toMatchObject({ code: "invalid-input", field: "pageSize" })
    for (const field of ["tenant", "install", "user"]) {
      const caller = { tenant, install, user: users.admin, [field]: "" } as Caller
      expect(() => open().as(caller)).toThrow(expect.objectContaining({ code: "invalid-input", field }))
    }
  })

  it("are denied before their input is looked at", async () => {
    const { clients: reads } = open().as({ tenant, install: installs.ungranted, user: users.admin })
    await expect(reads.list({ pageSize: 0 })).rejects.toMatchObject({ code: "not-allowed", reason: "capability" })
  })

  it("say that the database failed, and whether to try again", async () => {
    const broken = (code: string): GuardedSource => ({
      query: () => Promise.reject(Object.assign(new Error("from the server"), { severity: "ERROR", code }))
    })
    const records: Array<AuditRecord> = []
    for (const [code, reason] of [
      ["57014", "timeout"],
      ["42P01", "failed"]
    ] as const) {
      const reads = open(records, broken(code)).as({ tenant, install, user: users.admin })
      await expect(reads.clients.list()).rejects.toMatchObject({ code: reason, cause: { code } })
    }
    expect(records).toMatchObject([{ outcome: "internal", extension: null }, { outcome: "internal" }])
  })
})

describe("All of a guarded list", () => {
  it("asks for the rights at each page", async () => {
    const records: Array<AuditRecord> = []
    const { clients: reads } = open(records).as({ tenant, install, user: users.admin })
    const names: Array<string> = []
    const denied = async () => {
      for await (const { clientName } of reads.all({ pageSize: 2 })) {
        names.push(clientName)
        if (names.length === 4) await knex("users").where({ user_id: users.admin }).update({ is_inactive: true })
      }
    }
    await expect(denied()).rejects.toMatchObject({ code: "not-allowed" })
    await knex("users").where({ user_id: users.admin }).update({ is_inactive: false })
    assert.deepEqual([names.length, records.map(({ outcome }) => outcome)], [4, ["ok", "ok", "rbac-denied"]])
  })
})

describe("The audit of guarded plain reads", () => {
  it("has one record a call, of the one that is refused too", async () => {
    const records: Array<AuditRecord> = []
    const reads = open(records)
    const admin = reads.as({ tenant, install, user: users.admin, requestId: "request-1" })
    await admin.clients.list({ search: "Evergreen" })
    await told(admin.clients.list({ pageSize: -1 }))
    await told(reads.as({ tenant, install, user: users.technician }).services.list())
    await told(reads.as({ tenant, install: installs.borealis, trigger: "webhook" }).clients.list())
    const common = { tenant, install, extension: extensions.full, contentHash: null, trigger: null, requestId: null }
    const timed = { durationMs: expect.any(Number), time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) }
    const version = expect.any(String)
    const list = { operation: "clients-v2.page", capability: "cap:client.read" }
    const admins = { ...common, ...timed, ...list, version, user: users.admin, requestId: "request-1" }
    expect(records).toEqual([
      { ...admins, outcome: "ok", resultCount: 1 },
      { ...admins, outcome: "invalid-input", field: "pageSize", why: "must be 1 to 100" },
      {
        ...common,
        ...timed,
        operation: "services-v2.page",
        capability: "cap:service.read",
        version,
        user: users.technician,
        outcome: "rbac-denied",
        missing: "service:read"
      },
      {
        ...common,
        ...timed,
        ...list,
        install: installs.borealis,
        extension: null,
        version: null,
        user: null,
        trigger: "webhook",
        outcome: "capability-denied",
        missing: "cap:client.read",
        why: "unknown-install"
      }
    ])
    assert.notInclude(JSON.stringify(records), "Evergreen")
  })

  it("is a line of JSON on the standard output where no function is given", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {})
    await openGuardedReads({ query: fromKnex(knex) })
      .as({ tenant, install, user: users.admin })
      .clients.list()
    const written = log.mock.calls
    log.mockRestore()
    assert.strictEqual(written.length, 1)
    expect(JSON.parse(String(written[0]?.[0]))).toMatchObject({ operation: "clients-v2.page", outcome: "ok" })
  })

  it("withholds the answer where it fails, whatever it was", async () => {
    const why = new Error("the disk is full")
    const failing = [() => assert.fail(), () => Promise.reject(why)]
    for (const audit of failing) {
      const reads = openGuardedReads({ query: fromKnex(knex), audit })
      for (const user of [users.admin, users.inactive]) {
        const error = await reads
          .as({ tenant, install, user })
          .clients.list()
          .catch((thrown: unknown) => thrown)
        assert.instanceOf(error, AuditFailedError)
        expect(error).toMatchObject({ code: "audit-failed", retryable: false })
      }
    }
    const { clients: reads } = openGuardedReads({ query: fromKnex(knex), audit: () => Promise.reject(why) }).as({
      tenant,
      install,
      trigger: "schedule"
    })
    await expect(reads.list()).rejects.toMatchObject({ cause: why })
  })
})
