import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { BeforeWrite, Invocation, Storage, type StorageEntry, StorageError } from "@alga-psa/ext-domain"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { layersOfEgress } from "../src/Egress.ts"
import { settingsReport } from "../src/SettingsSource.ts"
import { sha256 } from "../testing/Archive.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { execute, handlerBody } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

const data = layerMemory(seed({ contentHash: "0".repeat(64) }))
const everyPort = buildFixture("every-port")

type Call = readonly [name: string, ...args: ReadonlyArray<unknown>]

/** A new install of the fixture with these capabilities, and what it answers that makes these calls. */
const newInstall = Effect.fnUntraced(function* (capabilities: ReadonlyArray<string>) {
  const runner = yield* TestRunner
  const store = yield* MemoryStore
  const archive = yield* Effect.promise(() => everyPort)
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, capabilities)
  yield* store.load(rows)
  yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
  const ask = (calls: ReadonlyArray<Call>, top: object = {}) => {
    const body = Buffer.from(JSON.stringify(calls)).toString("base64")
    const http = { method: "POST", path: "/", query: {}, headers: {}, body_b64: body }
    return execute(hash, { case: { extension, install }, top: { http, ...top } })
  }
  return { install, ask, run: (...calls: ReadonlyArray<Call>) => Effect.map(ask(calls), handlerBody) }
})

/** A deployment's storage: what each install stored, in memory, and who asked. It never answers for the namespace `never`. */
const deploymentStorage = () => {
  const asked: Array<string> = []
  const entries = new Map<string, StorageEntry>()
  const place = (namespace: string, key: string) =>
    Effect.flatMap(Invocation, ({ installId, tenantId }) => {
      asked.push(installId)
      return namespace === "never"
        ? Effect.never
        : Effect.succeed(JSON.stringify([tenantId, installId, namespace, key]))
    })
  const port = Layer.succeed(Storage, {
    get: (namespace, key) =>
      Effect.flatMap(place(namespace, key), (at) => {
        const entry = entries.get(at)
        return entry === undefined ? Effect.fail(new StorageError({ code: "missing" })) : Effect.succeed(entry)
      }),
    put: (entry) =>
      Effect.map(place(entry.namespace, entry.key), (at) => {
        const stored = { ...entry, revision: (entries.get(at)?.revision ?? 0n) + 1n }
        entries.set(at, stored)
        return stored
      }),
    delete: () => Effect.fail(new StorageError({ code: "denied" })),
    listEntries: () => Effect.succeed([])
  })
  return { asked, port }
}

/** A server outside on a private address, and the settings that list it, and open its address or not. */
const outside = () => {
  const server = createServer((request, response) => response.end("a".repeat(Number(request.url?.slice(1)))))
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const listening = Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
    () => Effect.sync(() => server.close())
  )
  const ports = (isOpened: boolean) =>
    Effect.map(listening, () => {
      const { settings } = settingsReport(
        {
          DATABASE_URL: "postgres://db/alga",
          RUNNER_SERVICE_TOKEN: "t".repeat(16),
          BUNDLE_STORE_BASE: "/bundles",
          EXT_EGRESS_ALLOWLIST: origin(),
          ...(isOpened ? { ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: "127.0.0.1" } : {})
        },
        {}
      )
      assert(settings !== null)
      return layersOfEgress(settings)
    })
  return { origin, ports }
}

const note = (path: string): ReadonlyArray<Call> => [
  ["storage.put", "notes", "path", path],
  ["storage.get", "notes", "path"]
]
const size = (url: string): Call => ["http.size", url]
const slow = { excludeTestServices: true, timeout: 120_000 } as const

describe("a port beside the reads", () => {
  const { asked, port } = deploymentStorage()
  let writing = 0
  const noted = Layer.succeed(
    BeforeWrite,
    Effect.sync(() => {
      assert.deepStrictEqual(asked, [])
      writing += 1
    })
  )
  const { origin, ports } = outside()
  const open = Layer.unwrap(Effect.map(ports(true), (opened) => testRunner({ ports: [port, ...opened] })))

  layer(Layer.provideMerge(open, Layer.merge(data, noted)), slow)("that a deployment opens", (it) => {
    it.effect("answers a component behind its capability, each install for itself", () =>
      Effect.gen(function* () {
        writing = 0
        for (let installs = 0; installs < 2; installs++) {
          const { install, run } = yield* newInstall(["cap:storage.kv"])
          assert.deepStrictEqual(yield* run(["storage.get", "notes", "path"]), [null])
          assert.deepStrictEqual(asked.splice(0), [install])
          assert.deepStrictEqual(yield* run(...note("a")), [null, "a"])
          assert.deepStrictEqual(asked.splice(0), [install, install])
          assert.strictEqual(writing, installs + 1)
        }
      })
    )

    it.effect("is not asked, and denies, without its capability", () =>
      Effect.gen(function* () {
        const { run } = yield* newInstall(["cap:client.read", "cap:secrets.get"])
        const denied = { refused: "denied" }
        assert.deepStrictEqual(yield* run(...note("a"), size(`${origin()}/3`)), [
          denied,
          denied,
          { refused: "not-allowed" }
        ])
        assert.deepStrictEqual(asked, [])
      })
    )

    it.effect(
      "that does not answer is waited for until the request's own deadline, and other requests are answered",
      () =>
        Effect.gen(function* () {
          const runner = yield* TestRunner
          const { ask, install, run } = yield* newInstall(["cap:storage.kv"])
          // The deadline covers the intake and the start of a process too, which is not what this is about.
          assert.deepStrictEqual(yield* run(["storage.get", "notes", "path"]), [null])
          yield* runner.takeLog
          const { body, status } = yield* ask([["storage.get", "never", "a"]], { limits: { timeout_ms: 6_000 } })
          assert.deepStrictEqual([status, body.status], [500, 500])
          assert.match(body.error ?? "", /^execute_failed: timeout: /)
          const ends = (yield* runner.takeLog).filter(({ error }) => error === body.error)
          assert.deepStrictEqual(
            ends.map(({ outcome }) => outcome),
            ["execute_failed"]
          )
          // The six seconds of the request, or what was left of them; this runner's own deadline is later.
          assert.match(String(ends[0]?.["cause"]), /^Error: (after (6000|[1-5]?\d{1,3}) ms$|6000 ms were over )/)
          assert.deepStrictEqual(asked.splice(0), [install, install])
          assert.deepStrictEqual(yield* run(...note("a")), [null, "a"])
          assert.deepStrictEqual(asked.splice(0), [install, install])
        })
    )

    it.effect("fetches from a listed host, and from no other, as much as a host call carries; the log has no URL", () =>
      Effect.gen(function* () {
        const runner = yield* TestRunner
        const { run } = yield* newInstall(["cap:http.fetch"])
        yield* runner.takeLog
        const most = 4_194_304 - 65_536
        const outcomes = yield* run(
          size(`${origin()}/3`),
          size("http://127.0.0.1:1/"),
          size("https://elsewhere.test/secret"),
          size("http:///"),
          size(`${origin()}/?secret`),
          size(`${origin()}/${most}`),
          size(`${origin()}/${most + 1}`)
        )
        assert.deepStrictEqual(outcomes, [
          [200, 3],
          { refused: "not-allowed" },
          { refused: "not-allowed" },
          { refused: "invalid-url" },
          [200, 0],
          [200, most],
          { refused: "internal" }
        ])
        const lines = (yield* runner.takeLog).map((line) => JSON.stringify(line))
        assert.lengthOf(
          lines.filter((line) => line.includes("http.fetch")),
          7
        )
        for (const line of lines) assert.notInclude(line, "secret")
      })
    )
  })

  const other = outside()
  const closed = Layer.unwrap(Effect.map(other.ports(false), (listed) => testRunner({ ports: listed })))
  layer(Layer.provideMerge(closed, data), slow)("that nobody opens", (it) => {
    it.effect(
      "denies, with its capability too, and so does an address that is not opened, though its host is listed",
      () =>
        Effect.gen(function* () {
          const { run } = yield* newInstall(["cap:storage.kv", "cap:http.fetch"])
          const denied = { refused: "denied" }
          assert.deepStrictEqual(yield* run(...note("a"), size(`${other.origin()}/3`)), [
            denied,
            denied,
            { refused: "not-allowed" }
          ])
        })
    )
  })
})
