import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { installed } from "../testing/Extensions.ts"
import { layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const setting = layerTestRunner.pipe(Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) }))))

const good = { "manifest.json": JSON.stringify(manifest), "dist/main.wasm": "component", "ui/index.html": "<p>" }

/** Small archives that take much to open, and what is said of them. */
const heavy = {
  "a component of 120 MB": [
    { ...good, "dist/main.wasm": Buffer.alloc(120 * 1024 * 1024) },
    "dist/main.wasm has 125829120 bytes: at most 33554432"
  ],
  "a manifest of a million capabilities": [
    { ...good, "manifest.json": JSON.stringify({ ...manifest, capabilities: Array(1_000_000).fill("cap:a") }) },
    "manifest.json has 8000108 bytes: at most 65536"
  ],
  "a manifest of brackets": [
    { ...good, "manifest.json": "[".repeat(10_000_000) },
    "manifest.json has 10000000 bytes: at most 65536"
  ],
  "a manifest of nested brackets": [
    { ...good, "manifest.json": "[".repeat(65_000) },
    "manifest.json has more than 32 lists and objects in each other"
  ],
  "a component that is none": [good, "component refused: not a WebAssembly component"]
} as const

/** Published for Acme; gives what is asked to bring it here. */
const published = (archive: Uint8Array) =>
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const hash = sha256(archive)
    const { extension, rows } = installed(hash)
    yield* (yield* MemoryStore).load(rows)
    yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
    const headers = { "content-type": "application/json", [serviceTokenHeader]: runner.token }
    const body = JSON.stringify({ tenant_id: ids.tenants.acme, extension_id: extension, content_hash: hash })
    return {
      page: `/ext-ui/${extension}/${hash}/~${ids.tenants.acme}/index.html`,
      warm: runner.send("/warmup", { method: "POST", headers, body })
    }
  })

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a bundle that is made to cost much", (it) => {
  it.effect.each(Object.keys(heavy) as ReadonlyArray<keyof typeof heavy>)("is refused by name: %s", (what) =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const [files, expected] = heavy[what]
      const { warm } = yield* published(yield* Effect.promise(() => pack(files)))
      yield* runner.takeLog
      for (let i = 0; i < 2; i++) {
        const { body, status } = yield* warm
        assert.deepStrictEqual([status, body.error], [502, `bundle_fetch_failed: ${expected}`])
      }
      const log = yield* runner.takeLog
      assert.isTrue(log.every((line) => JSON.stringify(line).length < 2_000))
    })
  )

  it.effect("has others answered while it is opened", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const archive = yield* Effect.promise(() => pack({ ...good, "ui/zeros": Buffer.alloc(100 * 1024 * 1024) }))
      const { page, warm } = yield* published(archive)
      const answered: Array<string> = []
      const note = (name: string) => Effect.sync(() => void answered.push(name))
      const opening = [
        yield* Effect.forkChild(Effect.tap(warm, note("bundle"))),
        yield* Effect.forkChild(Effect.tap(runner.send(page), note("page")))
      ]
      for (let i = 0; i < 3; i++) yield* Effect.tap(runner.send("/healthz"), note("health"))
      const [bundle, ui] = yield* Effect.forEach(opening, Fiber.join)
      assert.deepStrictEqual(answered.slice(0, 3), ["health", "health", "health"])
      assert.strictEqual(bundle?.body.error, "bundle_fetch_failed: component refused: not a WebAssembly component")
      assert.strictEqual(ui?.body.error, "bundle_fetch_failed: the page has 104857603 bytes: at most 16777216")
    })
  )

  it.effect("takes no page from an archive that names a file twice", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const archive = yield* Effect.promise(() => pack({ ...good, "./ui/index.html": "<p>other" }))
      const { page } = yield* published(archive)
      const { body, status } = yield* runner.send(page)
      assert.deepStrictEqual([status, body.error], [502, "bundle_fetch_failed: ui/index.html is in the archive twice"])
    })
  )
})
