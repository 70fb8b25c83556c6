import { readdir, readFile, rm, writeFile } from "node:fs/promises"
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

const changeOneByte = async (file: string) => {
  const bytes = await readFile(file)
  bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1
  await writeFile(file, bytes)
}

const harms: ReadonlyArray<{ readonly file: RegExp; readonly change: (file: string) => Promise<void> }> = [
  { file: /guest\.js$/, change: (file) => writeFile(file, otherGlue) },
  { file: /guest\.core\.wasm$/, change: changeOneByte },
  { file: /guest\.core\.wasm$/, change: (file) => rm(file) }
]

/** The fixture's component with a section more, which makes it another. */
const otherComponent = async () =>
  Buffer.concat([await buildFixtureComponent("steps"), Uint8Array.from([0, 6, 5, ...Buffer.from("other")])])

layer(setting, { excludeTestServices: true, timeout: 120_000 })("A runner whose components were taken away", (it) => {
  it.effect("makes them anew for each install of the bundle, whose processes went", () =>
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

  it.effect("makes them anew where another runner that shares the cache made room with them", () =>
    Effect.gen(function* () {
      const { components } = yield* TestRunner
      const run = yield* installOne()
      assert.strictEqual(yield* run, 200)
      const smallStore = yield* Layer.build(layerComponentStore({ directory: components, cacheBytes: 0, spare: false }))
      const { accept } = yield* Effect.provideContext(ComponentStore, smallStore)
      const kept = yield* Effect.promise(() => readdir(components))
      yield* accept(yield* Effect.promise(otherComponent))
      assert.notIncludeMembers(yield* Effect.promise(() => readdir(components)), kept)
      assert.strictEqual(yield* run, 200)
    })
  )

  it.effect(
    "runs none of which a file is another, has one changed byte or is gone, and makes it anew, again and again",
    () =>
      Effect.gen(function* () {
        const { components } = yield* TestRunner
        const run = yield* installOne()
        yield* emptied(components)
        assert.strictEqual(yield* run, 200)
        for (const { change, file } of harms) {
          const [path = "", ...more] = yield* Effect.promise(() => filesIn(components, file))
          assert.lengthOf(more, 0)
          const whole = yield* Effect.promise(() => readFile(path))
          yield* Effect.promise(() => change(path))
          assert.strictEqual(yield* run, 200)
          assert.isTrue(whole.equals(yield* Effect.promise(() => readFile(path))), path)
        }
      })
  )
})
