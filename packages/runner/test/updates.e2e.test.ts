import { extensionVersionRow, ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { buildFixtureComponent, installed } from "../testing/Extensions.ts"
import { execute, handlerBody } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

const setting = Layer.provideMerge(testRunner(), layerMemory(seed({ contentHash: "0".repeat(64) })))
const both = ["cap:client.read", "cap:service.read"]
const calls = [
  ...["cap:client.read", "cap:service.read", "cap:log.emit"].map((capability) => ["granted", capability]),
  ["clients.get", ids.clients.evergreen],
  ["services.get", ids.services.support]
]
const body = Buffer.from(JSON.stringify(calls)).toString("base64")
const asking = { method: "POST", path: "/", query: {}, headers: {}, body_b64: body }
const refused = { refused: "not-allowed" }
const component = buildFixtureComponent("every-port")

layer(setting, { excludeTestServices: true, timeout: 120_000 })("an update", (it) => {
  it.effect("runs under the old grants until somebody grants more, and is told so", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const store = yield* MemoryStore
      const main = yield* Effect.promise(() => component)
      const packed = (capabilities: ReadonlyArray<string>) =>
        Effect.promise(() =>
          pack({ "manifest.json": JSON.stringify({ ...manifest, capabilities }), "dist/main.wasm": main })
        )
      const [first, second] = [yield* packed(["cap:client.read"]), yield* packed(both)]
      const hashes = [sha256(first), sha256(second)] as const
      const { extension, install, rows } = installed(hashes[0], ["cap:client.read"])
      const version = crypto.randomUUID()
      yield* store.load(rows)
      yield* store.load({
        extension_version: [
          extensionVersionRow({ id: version, registry_id: extension, version: "2.0.0", capabilities: both })
        ],
        extension_bundle: [{ id: crypto.randomUUID(), version_id: version, content_hash: `sha256:${hashes[1]}` }]
      })
      for (const [at, archive] of [first, second].entries()) {
        yield* runner.store({ tenant: ids.tenants.acme, extension, hash: hashes[at] ?? "" }, archive)
      }
      const change = (to: { readonly version_id?: string; readonly granted_caps?: ReadonlyArray<string> }) =>
        store.update((all) => ({
          ...all,
          tenant_extension_install: all.tenant_extension_install.map((row) =>
            row.id === install ? { ...row, ...to } : row
          )
        }))
      const answer = (hash: string) =>
        Effect.map(execute(hash, { case: { extension, install }, top: { http: asking } }), handlerBody)

      const before = [true, false, true, "Evergreen Dental Group", refused]
      assert.deepStrictEqual(yield* answer(hashes[0]), before)
      yield* change({ version_id: version })
      assert.deepStrictEqual(yield* answer(hashes[1]), before)
      yield* change({ granted_caps: both })
      const after = [true, true, true, "Evergreen Dental Group", "Remote Support"]
      assert.deepStrictEqual(yield* answer(hashes[1]), after)
      // A version that no longer declares it, and one that does so again: the grant is still there.
      yield* change({ version_id: rows.extension_version[0]?.id ?? "" })
      assert.deepStrictEqual(yield* answer(hashes[0]), before)
      yield* change({ version_id: version })
      assert.deepStrictEqual(yield* answer(hashes[1]), after)
      yield* change({ granted_caps: [] })
      const none = [false, false, true, refused, refused]
      assert.deepStrictEqual(yield* answer(hashes[1]), none)
    })
  )
})
