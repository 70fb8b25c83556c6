import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { layerProduct } from "@alga-psa/ext-adapters-http/testing/PortsOverHttp"
import { StandInProduct } from "@alga-psa/ext-adapters-http/testing/StandInProduct"
import { layerStandInVault, StandInVault } from "@alga-psa/ext-adapters-http/testing/StandInVault"
import { ids, layer as layerMemory, MemoryInstalls, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { layersOfProduct } from "../src/ProductPorts.ts"
import { settingsReport } from "../src/SettingsSource.ts"
import { sha256 } from "../testing/Archive.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { temporary } from "../testing/Temporary.ts"
import { execute, handlerBody } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

const apiToken = "the-token-of-the-runner"
const secrets = { api_key: "the-api-key-of-the-install", other: "another" }

/** A runner whose settings name the stand-ins. */
const runner = Layer.unwrap(
  Effect.gen(function* () {
    const product = yield* StandInProduct
    const vault = yield* StandInVault
    vault.state.namespace = "alga"
    const tokenFile = join(yield* temporary, "token")
    yield* Effect.promise(() => writeFile(tokenFile, vault.state.token))
    const { settings } = settingsReport(
      {
        DATABASE_URL: "postgres://reader@127.0.0.1/alga",
        BUNDLE_STORE_BASE: "/bundles",
        RUNNER_SERVICE_TOKEN: "the-callers-token",
        RUNNER_STORAGE_API_TOKEN: apiToken,
        REGISTRY_BASE_URL: `${product.url.origin}/api/`,
        UI_PROXY_BASE_URL: `${product.url.origin}/ui`,
        VAULT_ADDR: vault.url.origin,
        VAULT_NAMESPACE: "alga",
        ALGA_VAULT_TOKEN_FILE: tokenFile
      },
      {}
    )
    assert(settings !== null)
    return testRunner({ ports: layersOfProduct(settings) })
  })
)
const parts = runner.pipe(
  Layer.provideMerge(Layer.merge(layerProduct, layerStandInVault)),
  Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) })))
)

const every = ["cap:secrets.get", "cap:storage.kv", "cap:ui.proxy", "cap:scheduler.manage", "cap:invoice.manual.create"]

const endpoint = { id: "e1", method: "GET", path: "/nightly", handler: "dist/main", schedulable: true }
const answer = Buffer.from('{"rows":[1]}')
const routes = [
  { method: "GET", route: "/reports?year=2026", answer },
  { method: "POST", route: "/api/v1/reports", answer },
  { method: "GET", route: "/closed", answer: "denied" }
] as const

const item = { serviceId: ids.services.support, quantity: 2, description: "Work", rate: 5_000 }
const invoice = { clientId: ids.clients.evergreen, items: [item] }
const nightly = { endpoint: "/nightly", cron: "0 2 * * *", payload: { a: 1 } }

const inline = { ciphertext_b64: Buffer.from(JSON.stringify(secrets)).toString("base64") }

/** What a call gave, as far as the tests look into it. */
interface Outcome {
  readonly success?: boolean
  readonly error?: string
  readonly status?: string
  readonly subtotal?: number
  readonly scheduleId?: string
  readonly fieldErrors?: object
}

type Call = readonly [name: string, ...args: ReadonlyArray<unknown>]

const everyPort = buildFixture("every-port")

/** A new install of the fixture, and what a run of it answers to these calls. */
const newInstall = Effect.fnUntraced(function* (capabilities: ReadonlyArray<string>) {
  const testing = yield* TestRunner
  const product = yield* StandInProduct
  const store = yield* MemoryStore
  const archive = yield* Effect.promise(() => everyPort)
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, capabilities)
  const tenant = ids.tenants.acme
  yield* store.load(rows)
  yield* testing.store({ tenant, extension, hash }, archive)
  const execution = { tenantId: tenant, extensionId: extension, installId: install }
  product.know(bareExecution(execution))
  yield* Effect.flatMap(MemoryInstalls, (it) => it.load(tenant, install, { endpoints: [endpoint], routes }))
  const ask = (calls: ReadonlyArray<Call>, envelope: object | null = inline) =>
    execute(hash, {
      case: { extension, install, path: "/", query: {} },
      top: {
        http: { method: "POST", path: "/", body_b64: Buffer.from(JSON.stringify(calls)).toString("base64") },
        ...(envelope === null ? {} : { secret_envelope: envelope })
      }
    })
  return {
    ask,
    run: (calls: ReadonlyArray<Call>, envelope?: object) =>
      Effect.map(ask(calls, envelope), (answered) => handlerBody(answered) as ReadonlyArray<Outcome>)
  }
})

/** One that has every capability. */
class Granted extends Context.Service<Granted, Effect.Success<ReturnType<typeof newInstall>>>()("test/Granted") {}

const setting = Layer.provideMerge(Layer.effect(Granted, newInstall(every)), parts)

layer(setting, { excludeTestServices: true, timeout: 240_000 })("A component with the product behind it", (it) => {
  it.effect("keeps bytes in storage, by revision, and lists them", () =>
    Effect.gen(function* () {
      const { run } = yield* Granted
      const outcomes = yield* run([
        ["storage.put", "notes", "a", "first ✓"],
        ["storage.get", "notes", "a"],
        ["storage.put", "notes", "a", "second", 1],
        ["storage.put", "notes", "a", "third", 1],
        ["storage.list", "notes"],
        ["storage.delete", "notes", "a"],
        ["storage.get", "notes", "a"],
        ["storage.delete", "notes", "a"]
      ])
      assert.deepEqual(outcomes as unknown, [
        ...[null, "first ✓", null, { refused: "conflict" }, [["a", "second"]], null, null],
        { refused: "missing" }
      ])
    })
  )

  it.effect("manages schedules, and is told why one is refused", () =>
    Effect.gen(function* () {
      const { run } = yield* Granted
      const [made, wrong, listed, endpoints] = yield* run([
        ["scheduler.create", nightly],
        ["scheduler.create", { ...nightly, cron: "* * * * *" }],
        ["scheduler.list"],
        ["scheduler.getEndpoints"]
      ])
      const scheduleId = made?.scheduleId ?? ""
      assert.deepInclude(wrong, { success: false, error: "Validation failed" })
      assert.deepEqual(Object.keys(wrong?.fieldErrors ?? {}), ["cron"])
      assert.deepEqual([listed, endpoints] as unknown, [[["/nightly", "0 2 * * *", { a: 1 }]], [endpoint]])
      const [updated, found, deleted, again, gone] = yield* run([
        ["scheduler.update", scheduleId, { cron: "0 3 * * *" }],
        ["scheduler.get", scheduleId],
        ["scheduler.delete", scheduleId],
        ["scheduler.delete", scheduleId],
        ["scheduler.get", scheduleId]
      ])
      assert.deepInclude(updated, { success: true })
      assert.strictEqual(found as unknown, "0 3 * * *")
      assert.deepInclude(deleted, { success: true })
      assert.deepInclude(again, { success: false, error: "Schedule not found" })
      assert.isNull(gone)
    })
  )

  it.effect("makes a manual invoice, once for each call, and is told why one is refused", () =>
    Effect.gen(function* () {
      const product = yield* StandInProduct
      const { run } = yield* Granted
      product.received.length = 0
      const [made, wrong] = yield* run([
        ["invoicing.createManualInvoice", invoice],
        ["invoicing.createManualInvoice", { ...invoice, items: [] }]
      ])
      assert.deepInclude(made, { success: true, status: "draft", subtotal: 10_000 })
      assert.deepInclude(wrong, { success: false, error: "Validation failed" })
      assert.strictEqual(product.received.length, 2)
    })
  )

  it.effect("has the secrets of its envelope, sealed or not, and calls routes with one of them", () =>
    Effect.gen(function* () {
      const product = yield* StandInProduct
      const vault = yield* StandInVault
      const testing = yield* TestRunner
      const { run } = yield* Granted
      const sealed = {
        algorithm: "vault-transit",
        key_path: "extensions",
        ciphertext_b64: vault.seal(JSON.stringify(secrets))
      }
      const calls: ReadonlyArray<Call> = [
        ["secrets.get", "api_key"],
        ["secrets.get", "nothing"],
        ["secrets.list"],
        ["uiProxy.callRoute", "/reports?year=2026"],
        ["uiProxy.callRoute", "/api/v1/reports", "{}"],
        ["uiProxy.callRoute", "/closed"],
        ["uiProxy.callRoute", "/nowhere"],
        ["uiProxy.callRoute", "/../other"]
      ]
      yield* testing.takeLog
      vault.received.length = 0
      for (const envelope of [inline, sealed, sealed]) {
        product.received.length = 0
        assert.deepEqual((yield* run(calls, envelope)) as unknown, [
          ...[secrets.api_key, { refused: "missing" }, ["api_key", "other"]],
          ...['{"rows":[1]}', '{"rows":[1]}', { refused: "denied" }],
          ...[{ refused: "route-not-found" }, { refused: "bad-request" }]
        ])
        assert.deepEqual(
          new Set(product.received.map(({ headers }) => headers["x-api-key"])),
          new Set([secrets.api_key])
        )
      }
      assert.strictEqual(vault.received.length, 1)
      const log = JSON.stringify(yield* testing.takeLog)
      for (const told of [
        secrets.api_key,
        apiToken,
        vault.state.token,
        inline.ciphertext_b64,
        "api_key",
        "reports",
        "rows"
      ]) {
        assert.notInclude(log, told)
      }
    })
  )

  it.effect("is refused everything that it was not granted, and nobody is asked", () =>
    Effect.gen(function* () {
      const product = yield* StandInProduct
      const { run } = yield* newInstall([])
      product.received.length = 0
      const notDone = "denied"
      const outcomes = yield* run(
        [
          ...([["secrets.get", "api_key"], ["secrets.list"]] as const),
          ...([
            ["storage.get", "n", "k"],
            ["storage.put", "n", "k", "v"],
            ["storage.delete", "n", "k"],
            ["storage.list", "n"]
          ] as const),
          ...([
            ["uiProxy.callRoute", "/closed"],
            ["scheduler.list"],
            ["scheduler.get", "s"],
            ["scheduler.getEndpoints"]
          ] as const)
        ],
        { ciphertext_b64: "not opened, as it could not be used" }
      )
      const refused = { refused: "denied" }
      assert.deepEqual(outcomes as unknown, [refused, [], ...Array.from({ length: 8 }, () => refused)])
      const changes = yield* run([
        ["scheduler.create", nightly],
        ["scheduler.update", "s", {}],
        ["scheduler.delete", "s"],
        ["invoicing.createManualInvoice", invoice]
      ])
      for (const change of changes) assert.deepInclude(change, { success: false, error: notDone })
      assert.strictEqual(product.received.length, 0)
    })
  )

  it.effect("does not run with an envelope that cannot be opened", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const { ask } = yield* newInstall(["cap:ui.proxy"])
      const unknown = { algorithm: "vault-transit", key_path: "another", ciphertext_b64: vault.seal("{}") }
      for (const envelope of [{ ciphertext_b64: "no JSON" }, unknown]) {
        const answered = yield* ask([["secrets.list"]], envelope)
        assert.deepEqual([answered.status, answered.body], [
          200,
          { status: 500, headers: {}, error: "secret_decrypt_failed" }
        ] as unknown)
      }
    })
  )

  it.effect("is told that the product failed, each time logged once", () =>
    Effect.gen(function* () {
      const product = yield* StandInProduct
      const testing = yield* TestRunner
      const { ask } = yield* Granted
      yield* ask([["secrets.list"]])
      yield* testing.takeLog
      product.fault = (response) => response.socket?.destroy()
      const calls: ReadonlyArray<Call> = [
        ["invoicing.createManualInvoice", invoice],
        ["storage.get", "n", "a-key-of-the-guest"]
      ]
      const answered = yield* ask(calls)
      product.fault = null
      const [made, got] = handlerBody(answered) as ReadonlyArray<Outcome>
      assert.deepInclude(made, {
        success: false,
        error: "internal: the answer was lost, and it is unknown whether this was done"
      })
      assert.deepEqual(got as unknown, { refused: "internal" })
      const lines = (yield* testing.takeLog).filter(({ level }) => level === "ERROR")
      assert.deepEqual(
        lines.map(({ operation, outcome }) => [operation, outcome]),
        [
          ["invoicing.create-manual-invoice", "internal"],
          ["storage.get", "internal"]
        ]
      )
      assert.notInclude(JSON.stringify(lines), "a-key-of-the-guest")
    })
  )
})
