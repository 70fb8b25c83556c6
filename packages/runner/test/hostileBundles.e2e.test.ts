import type { ChildProcess } from "node:child_process"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import type { TenantId } from "@alga-psa/ext-domain"
import { turns } from "@alga-psa/ext-domain/testing/EventLoop"
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
  "a component of 34 MB": [
    { ...good, "dist/main.wasm": Buffer.alloc(34_000_000) },
    "dist/main.wasm has 34000000 bytes: at most 33554432"
  ],
  "a manifest of a million capabilities": [
    { ...good, "manifest.json": JSON.stringify({ ...manifest, capabilities: Array(1_000_000).fill("cap:a") }) },
    "manifest.json has 8000108 bytes: at most 65536"
  ],
  "a manifest whose version is a number of 60,000 digits": [
    { ...good, "manifest.json": JSON.stringify(manifest).replace('"1.0.0"', "9".repeat(60_000)) },
    "manifest.json version must be a version"
  ],
  "a manifest that breaks 256 rules": [
    { ...good, "manifest.json": JSON.stringify({ ...manifest, capabilities: Array(256).fill([]) }) },
    "manifest.json capabilities[0] must be the name of a capability in quotes; manifest.json capabilities[1] must be the name of a capability in quotes; manifest.json capabilities[2] must be the name of a capability in quotes; manifest.json capabilities[3] must be the name of a capa…"
  ],
  "a component that is none": [good, "component refused: not a WebAssembly component"]
} as const

/** Published for a tenant; gives what is asked to bring it here. */
const published = (archive: Uint8Array, tenant: TenantId = ids.tenants.acme) =>
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const hash = sha256(archive)
    const { extension, rows } = installed(hash, [], tenant)
    yield* (yield* MemoryStore).load(rows)
    yield* runner.store({ tenant, extension, hash }, archive)
    const headers = { "content-type": "application/json", [serviceTokenHeader]: runner.token }
    const body = JSON.stringify({ tenant_id: tenant, extension_id: extension, content_hash: hash })
    return {
      page: `/ext-ui/${extension}/${hash}/index.html?tenant=${tenant}`,
      warm: runner.send("/warmup", { method: "POST", headers, body })
    }
  })

/** Has each process that is started from now on stand still until it is told to go on. */
const standingStill = Effect.acquireRelease(
  Effect.sync(() => {
    const stopped: Array<ChildProcess> = []
    let stops = true
    const noted = (message: unknown) => {
      const { process: child } = message as { readonly process: ChildProcess }
      child.once("spawn", () => {
        if (!stops) return
        child.kill("SIGSTOP")
        stopped.push(child)
      })
    }
    subscribe("child_process", noted)
    const goOn = () => {
      stops = false
      unsubscribe("child_process", noted)
      for (const child of stopped.splice(0)) child.kill("SIGCONT")
    }
    return { count: () => stopped.length, goOn }
  }),
  ({ goOn }) => Effect.sync(goOn)
)

/** The status and the text that the runner gives. */
const textAt = (path: string) =>
  Effect.flatMap(TestRunner, ({ url }) =>
    Effect.promise(async () => {
      const response = await fetch(new URL(path, url))
      return [response.status, await response.text()] as const
    })
  )

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a bundle that is made to cost much", (it) => {
  it.effect.each(Object.keys(heavy) as ReadonlyArray<keyof typeof heavy>)(
    "is refused by name, and leaves another tenant's page alone: %s",
    (what) =>
      Effect.gen(function* () {
        const runner = yield* TestRunner
        const [files, expected] = heavy[what]
        const { warm } = yield* published(yield* Effect.promise(() => pack(files)))
        const other = yield* published(yield* Effect.promise(() => pack(good)), ids.tenants.borealis)
        yield* runner.takeLog
        for (let i = 0; i < 2; i++) {
          const [{ body, status }, page] = yield* Effect.all([warm, textAt(other.page)], { concurrency: 2 })
          assert.deepStrictEqual([status, body.error], [502, `bundle_fetch_failed: ${expected}`])
          assert.deepStrictEqual(page, [200, good["ui/index.html"]])
        }
        const log = yield* runner.takeLog
        assert.isTrue(log.every((line) => JSON.stringify(line).length < 2_000))
      })
  )

  it.effect("has others answered while it is opened", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const archive = yield* Effect.promise(() => pack({ ...good, "ui/zeros": Buffer.alloc(17_000_000) }))
      const { page, warm } = yield* published(archive)
      const answered: Array<string> = []
      const note = (name: string) => Effect.sync(() => void answered.push(name))
      // What opens them stands still while others are answered.
      const { count, goOn } = yield* standingStill
      const opening = [
        yield* Effect.forkChild(Effect.tap(warm, note("bundle"))),
        yield* Effect.forkChild(Effect.tap(runner.send(page), note("page")))
      ]
      yield* Effect.repeat(turns(1), { until: () => count() > 0 })
      for (let i = 0; i < 3; i++) yield* Effect.tap(runner.send("/healthz"), note("health"))
      goOn()
      const [bundle, ui] = yield* Effect.forEach(opening, Fiber.join)
      assert.deepStrictEqual(answered.slice(0, 3), ["health", "health", "health"])
      assert.strictEqual(bundle?.body.error, "bundle_fetch_failed: component refused: not a WebAssembly component")
      assert.strictEqual(ui?.body.error, "bundle_fetch_failed: the page has 17000003 bytes: at most 16777216")
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
