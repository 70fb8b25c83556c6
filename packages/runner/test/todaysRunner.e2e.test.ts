import { readFile } from "node:fs/promises"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { CallerBounds, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const token = "a-token-of-todays-runner"
const places: Readonly<Record<string, string>> = {
  install: ids.installs.full,
  admin: ids.users.admin,
  portal: ids.users.portal,
  evergreen: ids.clients.evergreen,
  support: ids.services.support
}

interface Recorded {
  readonly name: string
  readonly path: string
  readonly body: object
}

const recorded = Effect.promise(async (): Promise<ReadonlyArray<Recorded>> => {
  const text = await readFile(new URL("./fixtures/callers/todays-runner.json", import.meta.url), "utf8")
  return JSON.parse(text.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? ""))
})

interface Said {
  readonly items?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly item?: Readonly<Record<string, unknown>> | null
  readonly totalCount?: number
  readonly page?: number
  readonly pageSize?: number
  readonly code?: string
  readonly error?: string
}

const ask = Effect.fnUntraced(function* (
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = { "x-runner-auth": token },
  method = "POST"
) {
  const { url } = yield* TestRunner
  return yield* Effect.promise(async () => {
    const sent = method === "GET" ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }
    const response = await fetch(url + path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...sent
    })
    return { status: response.status, said: (await response.json()) as Said }
  })
})

const clients = (install: string = ids.installs.full) => `/api/internal/ext-clients/install/${install}`
const services = `/api/internal/ext-services/install/${ids.installs.full}`
const list = { operation: "list", input: { page: 1, pageSize: 100 } }
const by = (userId: unknown, userType = "internal") => ({ ...list, user: { userId, userType } })

const setting = layerTestRunner.pipe(Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) }))))
const opened = setting.pipe(Layer.provide(Layer.succeed(CallerBounds, { readsToken: Redacted.make(token) })))

layer(opened, { excludeTestServices: true, timeout: 120_000 })("Reads for today's runner", (it) => {
  it.effect("are answered as the product answers them", () =>
    Effect.gen(function* () {
      const answers = new Map<string, Said>()
      for (const { body, name, path } of yield* recorded) {
        const { said, status } = yield* ask(path, body)
        assert.strictEqual(status, 200, `${name}: ${said.error}`)
        answers.set(name, said)
      }
      const summary = [
        "clientId",
        "clientName",
        "clientType",
        "isInactive",
        "defaultCurrencyCode",
        "accountManagerId",
        "accountManagerName",
        "billingEmail"
      ]
      const found = answers.get("a list of clients for a user")
      assert.deepInclude(found, { totalCount: 1, page: 1, pageSize: 25 })
      assert.deepStrictEqual(Object.keys(found?.items?.[0] ?? {}).sort(), summary.toSorted())
      assert.lengthOf(answers.get("a list of clients for a schedule")?.items ?? [], 2)
      assert.strictEqual(answers.get("a client for a portal user")?.item?.["clientId"], ids.clients.evergreen)
      assert.isArray(answers.get("a list of services for a user")?.items)
      assert.deepStrictEqual(answers.get("a service that is not there"), { item: null })
      assert.strictEqual(answers.get("a service for a user")?.item?.["serviceId"], ids.services.support)
      assert.strictEqual(answers.get("a list of all clients, with options that are null")?.totalCount, 12)
      assert.strictEqual(answers.get("a list of services, with options that are null")?.pageSize, 25)
    })
  )

  it.effect("go by the paths of the guide's ingress rule", () =>
    Effect.gen(function* () {
      const guide = new URL("../../../docs/guides/reads-for-todays-runner.md", import.meta.url)
      const text = yield* Effect.promise(() => readFile(guide, "utf8"))
      const ruled = Array.from(text.matchAll(/^- path: (\S+)$/gm), ([, path = ""]) => path)
      const asked = (yield* recorded).map(({ path }) => ruled.find((begin) => path.startsWith(begin)))
      assert.deepStrictEqual([...new Set(asked)].sort(), ruled)
    })
  )

  it.effect("have the guard's log line, with where they came from", () =>
    Effect.gen(function* () {
      const { takeLog } = yield* TestRunner
      yield* takeLog
      yield* ask(clients(), by(ids.users.admin), { "x-runner-auth": token, "x-request-id": "read-1" })
      const lines = (yield* takeLog).filter(({ message }) => message === "host call")
      assert.lengthOf(lines, 1)
      assert.deepInclude(lines[0], {
        source: "todays-runner",
        operation: "clients.list",
        outcome: "ok",
        tenant: ids.tenants.acme,
        install: ids.installs.full,
        user: ids.users.admin,
        requestId: "read-1"
      })
    })
  )

  it.effect("take a user's type, client and rights from the database", () =>
    Effect.gen(function* () {
      const portal = yield* ask(clients(), by(ids.users.portal, "internal"))
      assert.deepStrictEqual(
        portal.said.items?.map(({ clientId }) => clientId),
        [ids.clients.evergreen]
      )
      for (const user of [
        ids.users.withoutPermission,
        ids.users.inactive,
        ids.users.borealisAdmin,
        ids.users.portalWithStaffRole
      ]) {
        const { said, status } = yield* ask(clients(), by(user))
        assert.deepStrictEqual([status, said.code], [403, "NOT_ALLOWED"])
      }
    })
  )

  it.effect("need the capability, which is gone as soon as it is revoked", () =>
    Effect.gen(function* () {
      const ungranted = yield* ask(clients(ids.installs.ungranted), list)
      assert.deepStrictEqual([ungranted.status, ungranted.said.code], [403, "NOT_ALLOWED"])
      const store = yield* MemoryStore
      const grant = (granted_caps: ReadonlyArray<string>) =>
        store.update((rows) => ({
          ...rows,
          tenant_extension_install: rows.tenant_extension_install.map((row) =>
            row.id === ids.installs.full ? { ...row, granted_caps } : row
          )
        }))
      const statuses = Effect.map(Effect.all([ask(clients(), list), ask(services, list)]), (all) =>
        all.map(({ status }) => status)
      )
      yield* grant(["cap:client.read"])
      assert.deepStrictEqual(yield* statuses, [200, 403])
      yield* grant(["cap:client.read", "cap:service.read"])
      assert.deepStrictEqual(yield* statuses, [200, 200])
    })
  )

  it.effect("find no install that is not there, switched off or of a suspended tenant", () =>
    Effect.gen(function* () {
      for (const install of [
        crypto.randomUUID(),
        "x",
        ids.installs.disabled,
        ids.installs.pending,
        ids.installs.cobalt
      ]) {
        const { said, status } = yield* ask(clients(install), list)
        assert.deepStrictEqual([status, said.code], [404, "NOT_FOUND"], install)
      }
    })
  )

  it.effect("give another tenant's client to nobody", () =>
    Effect.gen(function* () {
      const { said } = yield* ask(clients(), { operation: "get", input: { clientId: ids.clients.borealisFirst } })
      assert.deepStrictEqual(said, { item: null })
    })
  )

  const broken: ReadonlyArray<readonly [path: string, body: unknown]> = [
    [clients(), { operation: "list", input: { page: 0, pageSize: 25 } }],
    [clients(), { operation: "list", input: { pageSize: 101 } }],
    [clients(), { operation: "list", input: { search: "a\0" } }],
    [clients(), { operation: "get", input: { clientId: "x" } }],
    [clients(), { operation: "get" }],
    [services, { operation: "list", input: { itemKind: "other" } }],
    [clients(), { operation: "drop" }],
    [clients(), by("")],
    [clients(), by("admin")],
    [clients(), by(null)],
    [clients(), "{"],
    [clients(), "null"]
  ]

  it.effect.each(broken)("refuse at %s what breaks a rule: %j", ([path, body]) =>
    Effect.gen(function* () {
      const { said, status } = yield* ask(path, body)
      assert.deepStrictEqual([status, said.code], [400, "INVALID_INPUT"])
    })
  )

  it.effect("need their own token, before anything else is looked at", () =>
    Effect.gen(function* () {
      const { token: service } = yield* TestRunner
      for (const headers of [
        {},
        { "x-runner-auth": "wrong" },
        { "x-runner-auth": service },
        { [serviceTokenHeader]: token }
      ]) {
        for (const [method, body] of Object.entries({ POST: "{", GET: "" })) {
          const { said, status } = yield* ask(clients(), body, headers as Record<string, string>, method)
          assert.deepStrictEqual([status, said.code], [401, "UNAUTHORIZED"])
        }
      }
      const other = yield* ask("/v1/execute", {}, { [serviceTokenHeader]: token })
      assert.strictEqual(other.status, 401)
    })
  )

  it.effect("are not for browsers, whatever they know", () =>
    Effect.gen(function* () {
      for (const header of ["origin", "sec-fetch-site"]) {
        const answer = yield* ask(clients(), list, { "x-runner-auth": token, [header]: "null" })
        assert.strictEqual(answer.status, 403)
        assert.notProperty(answer.said, "items")
      }
    })
  )

  it.effect("say nothing of a fault of the host", () =>
    Effect.gen(function* () {
      const store = yield* MemoryStore
      yield* store.update((rows) => ({ ...rows, tenants: null as never }))
      const { said, status } = yield* ask(clients(), list)
      assert.deepStrictEqual([status, said], [500, { error: "Internal error", code: "INTERNAL_ERROR" }] as unknown)
    })
  )
})

layer(setting, { excludeTestServices: true, timeout: 120_000 })(
  "Without a token for them, reads for today's runner",
  (it) => {
    it.effect("have no path", () =>
      Effect.gen(function* () {
        for (const method of ["POST", "GET"]) {
          for (const headers of [{}, { "x-runner-auth": token }, { "x-runner-auth": "" }]) {
            const { said, status } = yield* ask(clients(), list, headers as Record<string, string>, method)
            assert.deepStrictEqual([status, said.error], [404, "not_found"])
          }
        }
      })
    )
  }
)
