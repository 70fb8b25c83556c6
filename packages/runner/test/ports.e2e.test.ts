import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { BeforeWrite, Invocation, Storage, type StorageEntry, StorageError } from "@alga-psa/ext-domain"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { sha256 } from "../testing/Archive.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { execute, handlerBody } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

const data = layerMemory(seed({ contentHash: "0".repeat(64) }))

/** A deployment's storage: what each install stored, in memory, and who asked. */
const deploymentStorage = () => {
  const asked: Array<string> = []
  const entries = new Map<string, StorageEntry>()
  const place = (namespace: string, key: string) =>
    Effect.map(Invocation, ({ installId, tenantId }) => {
      asked.push(installId)
      return JSON.stringify([tenantId, installId, namespace, key])
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

const note = buildFixture("note")

/** What a new install of the fixture answers over HTTP. */
const answerOf = Effect.fnUntraced(function* (capabilities: ReadonlyArray<string>) {
  const runner = yield* TestRunner
  const store = yield* MemoryStore
  const archive = yield* Effect.promise(() => note)
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, capabilities)
  yield* store.load(rows)
  yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
  const answer = yield* execute(hash, { case: { extension, install, path: "/a", query: {} } })
  return { install, body: handlerBody(answer) }
})

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

  layer(Layer.provideMerge(testRunner({ ports: [port] }), Layer.merge(data, noted)), {
    excludeTestServices: true,
    timeout: 120_000
  })("that a deployment opens", (it) => {
    it.effect("answers a component behind its capability, each install for itself", () =>
      Effect.gen(function* () {
        for (let installs = 0; installs < 2; installs++) {
          const { body, install } = yield* answerOf(["cap:storage.kv"])
          assert.deepStrictEqual(body, { note: "/a" })
          assert.deepStrictEqual(asked.splice(0), [install, install])
          assert.strictEqual(writing, installs + 1)
        }
      })
    )

    it.effect("is not asked, and denies, without its capability", () =>
      Effect.gen(function* () {
        const { body } = yield* answerOf(["cap:client.read", "cap:secrets.get"])
        assert.deepStrictEqual(body, { refused: "denied" })
        assert.deepStrictEqual(asked, [])
      })
    )
  })

  layer(Layer.provideMerge(testRunner(), data), { excludeTestServices: true, timeout: 120_000 })(
    "that nobody opens",
    (it) => {
      it.effect("denies, with its capability too", () =>
        Effect.gen(function* () {
          const { body } = yield* answerOf(["cap:storage.kv"])
          assert.deepStrictEqual(body, { refused: "denied" })
        })
      )
    }
  )
})
