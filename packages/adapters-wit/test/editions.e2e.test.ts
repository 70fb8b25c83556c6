import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { zstdDecompressSync } from "node:zlib"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  ComponentStore,
  error,
  type HostCall,
  type HostReply,
  layerComponentStore,
  layerSandbox,
  ok,
  packageName,
  Sandbox
} from "../src/index.ts"
import { longLimits, longMs, patient } from "./support/Run.ts"

const folder = fileURLToPath(new URL("./editions/", import.meta.url))
const page = await readFile(fileURLToPath(new URL("../../../docs/versions.md", import.meta.url)), "utf8")
const editions = (await readdir(folder)).filter((name) => name.endsWith(".wasm.zst")).map((name) => name.slice(0, -9))

/** The interfaces that the page gives each edition, by its name. */
const documented = new Map<string, ReadonlySet<string>>()
for (const [, name = "", interfaces = ""] of page.matchAll(
  /^\| `([a-z-]+)` \| ((?:those, and )?`.*?) \| [^|]*runner \|$/gm
)) {
  const before = interfaces.startsWith("those") ? ([...documented.values()].at(-1) ?? []) : []
  documented.set(
    name,
    new Set([...before, ...[...interfaces.matchAll(/`([a-z0-9-]+)`/g)].map((found) => found[1] ?? "")])
  )
}

const sandbox = Layer.unwrap(
  Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-editions-"))),
    (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
  ).pipe(
    Effect.map((directory) =>
      layerSandbox({ concurrency: 1, spares: 0, idleProcesses: 1, ...patient }).pipe(
        Layer.provideMerge(layerComponentStore({ directory, intakeTimeoutMs: longMs, spare: false }))
      )
    )
  )
)

const user = { tenantId: "tenant", clientName: "c", userId: "u", userEmail: "e", userName: "Ada", userType: "internal" }
const client = {
  clientId: "c",
  clientName: "Northwind",
  clientType: null,
  isInactive: false,
  defaultCurrencyCode: "EUR",
  accountManagerId: null,
  accountManagerName: null,
  billingEmail: null
}
const service = {
  serviceId: "s",
  serviceName: "Backup",
  itemKind: "service",
  billingMethod: "fixed",
  serviceTypeId: null,
  serviceTypeName: null,
  defaultRate: 5,
  unitOfMeasure: "month",
  isActive: true,
  sku: null
}

const replies: Readonly<Record<string, HostReply>> = {
  "context.getContext": ok({
    tenantId: "tenant",
    extensionId: "e",
    requestId: null,
    installId: "install",
    versionId: null
  }),
  "logging.logInfo": ok(null),
  "storage.get": error("denied"),
  "user.getUser": ok(user),
  "user-v2.getUser": ok({ ...user, clientId: null, additionalFields: [["a", "b"]] }),
  "clients.listClients": ok({ items: [client], totalCount: 1, page: 1, pageSize: 2 }),
  "clients.getClient": ok(null),
  "services.listServices": ok({ items: [service], totalCount: 1, page: 1, pageSize: 2 }),
  "clients-v2.listClients": ok({ items: [{ ...client, tags: ["gold"] }], totalCount: null, next: "more" }),
  "clients-v2.getClients": ok([null]),
  "services-v2.listServices": ok({
    items: [{ ...service, prices: [{ currencyCode: "EUR", rate: 5 }] }],
    totalCount: null,
    next: null
  }),
  "services-v2.getServices": ok([{ ...service, prices: [] }])
}
const host = (call: HostCall) =>
  Effect.succeed(replies[`${call.interface.replace(`${packageName}/`, "")}.${call.function}`] ?? error("internal"))

const common = { tenant: "tenant", stored: { error: "denied" }, user }
const expected: Readonly<Record<string, unknown>> = {
  "before-reads": common,
  "first-reads": {
    ...common,
    clients: { items: [client], totalCount: 1, page: 1, pageSize: 2 },
    services: { items: [service], totalCount: 1, page: 1, pageSize: 2 },
    client: null,
    second: { ...user, clientId: null, additionalFields: [["a", "b"]] }
  },
  "second-reads": {
    ...common,
    clients: { items: [{ ...client, tags: ["gold"] }], totalCount: null, next: "more" },
    many: [null],
    services: { items: [{ ...service, prices: [{ currencyCode: "EUR", rate: 5 }] }], totalCount: null, next: null },
    some: [{ ...service, prices: [] }]
  }
}

layer(sandbox, { excludeTestServices: true })("A component of an older edition of the world", (it) => {
  it("is kept for each edition that the page on versions names", () => {
    assert.deepEqual(editions.toSorted(), [...documented.keys()].toSorted())
    assert.deepEqual(editions.toSorted(), Object.keys(expected).toSorted())
  })

  it.effect.each(editions)("of %s imports what the page says, and runs on this host", (edition) =>
    Effect.gen(function* () {
      const bytes = zstdDecompressSync(yield* Effect.promise(() => readFile(join(folder, `${edition}.wasm.zst`))))
      const component = yield* (yield* ComponentStore).accept(bytes)
      const imports = component.imports
        .map((name) => name.replace(`${packageName}/`, ""))
        .filter((name) => name !== "types")
      assert.deepEqual(imports.toSorted(), [...(documented.get(edition) ?? [])].toSorted())
      const { body, status } = yield* (yield* Sandbox).execute({
        component,
        tenantId: "tenant",
        installId: "install",
        request: {
          context: { requestId: null, tenantId: "tenant", extensionId: "e", installId: "install", versionId: null },
          http: { method: "GET", url: "/a", headers: [], body: null }
        },
        limits: longLimits,
        host
      })
      assert.strictEqual(status, 200)
      assert.deepEqual(JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())), expected[edition])
    })
  )
})
