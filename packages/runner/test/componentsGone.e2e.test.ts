import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { ComponentStore, layerComponentStore } from "@alga-psa/ext-adapters-wit"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { sha256 } from "../testing/Archive.ts"
import { buildFixture, buildFixtureComponent, installed } from "../testing/Extensions.ts"
import { execute } from "./support/Requests.ts"
import { TestRunner, testRunner } from "./support/TestRunner.ts"

/** No process is kept or loads ahead: each request begins with the files of its component. */
const setting = testRunner({ sandbox: { idleProcesses: 0, loadedSpares: 0, spares: 0 } }).pipe(
  Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) })))
)

const steps = buildFixture("steps")

/** Acme's new install of one bundle; gives a way to run it that says what the runner answered. */
const installOne = Effect.fnUntraced(function* () {
  const runner = yield* TestRunner
  const store = yield* MemoryStore
  const archive = yield* Effect.promise(() => steps)
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash)
  yield* store.load(rows)
  yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
  return Effect.map(execute(hash, { hash, case: { extension, install } }), ({ body }) => body.error ?? body.status)
})

const filesIn = async (directory: string, pattern: RegExp) => {
  const names = await readdir(directory, { recursive: true })
  return names.filter((name) => pattern.test(name)).map((name) => join(directory, name))
}

/** Empties the folder. */
const emptied = (directory: string) =>
  Effect.promise(async () => {
    for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true, force: true })
  })

const otherGlue = "export const instantiate = () => ({ handler: () => ({ status: 299, headers: [] }) })"

layer(setting, { excludeTestServices: true, timeout: 120_000 })("A runner whose components were taken away", (it) => {
  it.effect("makes them anew for an install that it has run, whose processes went", () =>
    Effect.gen(function* () {
      const { components } = yield* TestRunner
      const run = yield* installOne()
      assert.strictEqual(yield* run, 200)
      yield* emptied(components)
      assert.strictEqual(yield* run, 200)
      assert.strictEqual(yield* run, 200)
    })
  )

  it.effect("makes them anew for another install of the same bundle", () =>
    Effect.gen(function* () {
      const { components } = yield* TestRunner
      const one = yield* installOne()
      const other = yield* installOne()
      assert.strictEqual(yield* one, 200)
      assert.strictEqual(yield* other, 200)
      yield* emptied(components)
      assert.strictEqual(yield* other, 200)
      assert.strictEqual(yield* one, 200)
    })
  )

  it.effect("makes them anew where another runner that shares the cache made room with them, again and again", () =>
    Effect.gen(function* () {
      const { components } = yield* TestRunner
      const run = yield* installOne()
      const smallStore = yield* Layer.build(layerComponentStore({ directory: components, cacheBytes: 0, spare: false }))
      const { accept, forget } = yield* Effect.provideContext(ComponentStore, smallStore)
      const bytes = yield* Effect.promise(() => buildFixtureComponent("slow"))
      for (let times = 0; times < 2; times++) {
        assert.strictEqual(yield* run, 200)
        yield* forget(yield* accept(bytes))
        yield* emptied(components)
        yield* accept(bytes)
      }
      assert.strictEqual(yield* run, 200)
    })
  )

  it.effect.each([
    { what: "glue", file: /guest\.js$/, harm: "is cut off", change: (file: string) => truncate(file, 100) },
    { what: "glue", file: /guest\.js$/, harm: "is another", change: (file: string) => writeFile(file, otherGlue) },
    {
      what: "glue",
      file: /guest\.js$/,
      harm: "has a byte more",
      change: (file: string) => writeFile(file, "\n", { flag: "a" })
    },
    {
      what: "core module",
      file: /guest\.core\.wasm$/,
      harm: "is cut off",
      change: (file: string) => truncate(file, 100)
    },
    {
      what: "core module",
      file: /guest\.core\.wasm$/,
      harm: "has one changed byte",
      change: async (file: string) => {
        const bytes = await readFile(file)
        bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1
        await writeFile(file, bytes)
      }
    },
    { what: "core module", file: /guest\.core\.wasm$/, harm: "is gone", change: (file: string) => rm(file) }
  ])("runs none whose $what $harm, and makes it anew", ({ change, file }) =>
    Effect.gen(function* () {
      const { components } = yield* TestRunner
      const run = yield* installOne()
      assert.strictEqual(yield* run, 200)
      const whole = yield* Effect.promise(async () => {
        const files = await filesIn(components, file)
        const contents = await Promise.all(files.map((path) => readFile(path)))
        for (const path of files) await change(path)
        return new Map(files.map((path, i) => [path, contents[i]]))
      })
      assert.isAtLeast(whole.size, 1)
      assert.strictEqual(yield* run, 200)
      const again = yield* Effect.promise(() => filesIn(components, file))
      const kept = yield* Effect.promise(() => Promise.all(again.map(async (path) => [path, await readFile(path)])))
      assert.isTrue(kept.some(([path, bytes]) => whole.get(String(path))?.equals(bytes as Buffer)))
    })
  )
})
