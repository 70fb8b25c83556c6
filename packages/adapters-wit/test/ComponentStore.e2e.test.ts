import { existsSync } from "node:fs"
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parse } from "@bytecodealliance/jco"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ComponentStore, layerComponentStore, layerTemporaryComponentStore } from "../src/index.ts"
import { importingComponent } from "../testing/ImportingComponent.ts"
import { componentGuest, coreGuest, scriptGuest } from "./support/Guests.ts"
import { logsOf } from "./support/Imports.ts"
import { longMs, restrictedProcesses } from "./support/Run.ts"

const freshDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-store-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

const bytesOf = (guest: Promise<Uint8Array>) => Effect.promise(() => guest)

/** A store that forgets everything but its directory, as after a restart. */
const storeIn = (directory: string, componentBytes = 32_000_000, cacheBytes = 1_000_000_000) =>
  Effect.map(
    Layer.build(layerComponentStore({ directory, componentBytes, cacheBytes, intakeTimeoutMs: longMs, spare: false })),
    (context) => ComponentStore.pipe(Effect.provideContext(context))
  ).pipe(Effect.flatten)

let kept = ""
beforeAll(async () => {
  kept = await mkdtemp(join(tmpdir(), "alga-ext-kept-"))
  const guests = await Promise.all([coreGuest("ok"), coreGuest("trap")])
  await Effect.runPromise(
    Effect.scoped(Effect.flatMap(storeIn(kept), ({ accept }) => Effect.forEach(guests, (bytes) => accept(bytes))))
  )
})
afterAll(() => rm(kept, { recursive: true, force: true }))

/** A directory of a store that has taken in two components, `ok` and `trap`. */
const filledDirectory = Effect.tap(freshDirectory, (directory) =>
  Effect.promise(() => cp(kept, directory, { recursive: true }))
)

/** The hashes of the components that are kept. */
const entriesOf = (directory: string) =>
  Effect.promise(async () => (await readdir(directory)).map((name) => name.split("-").at(-1)))

const refusal = (guest: Promise<Uint8Array>, componentBytes?: number) =>
  Effect.gen(function* () {
    const directory = yield* freshDirectory
    const store = yield* storeIn(directory, componentBytes)
    const error = yield* Effect.flip(store.accept(yield* bytesOf(guest)))
    assert.deepEqual(yield* entriesOf(directory), [])
    return error
  })

describe("ComponentStore", () => {
  it.live("takes a component in once, also when many ask at the same time", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const store = yield* storeIn(directory)
      assert.deepEqual(restrictedProcesses(/--permission/), [])
      const bytes = yield* bytesOf(coreGuest("ok"))
      const accepted = yield* Effect.all(
        [1, 2, 3, 4].map(() => store.accept(bytes)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(accepted).size, 1)
      assert.deepEqual(yield* entriesOf(directory), [accepted[0]?.hash as string])
      assert.strictEqual(yield* store.accept(bytes), accepted[0])
      const folder = dirname(accepted[0]?.glue ?? "")
      const modes = yield* Effect.promise(async () => {
        const names = await readdir(folder)
        return Promise.all([folder, ...names.map((name) => join(folder, name))].map((path) => stat(path)))
      })
      assert.deepEqual([...new Set(modes.map(({ mode }) => (mode & 0o777).toString(8)))], ["700", "600"])
    })
  )

  it.live("makes room for a component with the one that was not used for longest, and makes that one anew", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const store = yield* storeIn(directory, undefined, 0)
      const bytes = yield* bytesOf(coreGuest("ok"))
      const first = yield* store.accept(bytes)
      const other = yield* store.accept(yield* bytesOf(coreGuest("trap")))
      assert.deepEqual(yield* entriesOf(directory), [other.hash])
      assert.strictEqual(yield* store.accept(bytes), first)
      yield* store.forget(first)
      assert.isNull(yield* store.find(first.hash))
      assert.deepEqual(yield* store.accept(bytes), first)
      assert.deepEqual(yield* entriesOf(directory), [first.hash])
    })
  )

  it.live("makes no room with a component that was used since, and minds no use of one that is gone", () =>
    Effect.gen(function* () {
      const directory = yield* filledDirectory
      const store = yield* storeIn(directory)
      const used = yield* store.accept(yield* bytesOf(coreGuest("ok")))
      const unused = yield* store.accept(yield* bytesOf(coreGuest("trap")))
      const folder = dirname(used.glue)
      const size = yield* Effect.promise(async () => {
        for (const { glue } of [used, unused]) await utimes(dirname(glue), 1_000, 1_000)
        const sizes = await Promise.all(
          (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size)
        )
        return sizes.reduce((sum, one) => sum + one, 0)
      })
      yield* store.use(used)
      yield* store.use(used)
      const small = yield* storeIn(directory, undefined, Math.floor(2.5 * size))
      const last = yield* small.accept(yield* bytesOf(coreGuest("keep-global")))
      assert.sameMembers([...(yield* entriesOf(directory))], [used.hash, last.hash])
      yield* Effect.promise(() => rm(folder, { recursive: true }))
      yield* small.use(used)
    })
  )

  it.live("refuses a component that takes more processor time than it may", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const context = yield* Layer.build(
        layerComponentStore({ directory, intakeProcessorMs: 10, intakeTimeoutMs: longMs, spare: false })
      )
      const { accept } = yield* Effect.provideContext(ComponentStore, context)
      const bytes = yield* bytesOf(scriptGuest())
      const refusals = [yield* Effect.flip(accept(bytes)), yield* Effect.flip(accept(bytes, "other"))]
      assert.deepInclude(refusals[0], { _tag: "ComponentRefused", reason: "too-much-work", isLasting: true })
      assert.strictEqual(refusals[0], refusals[1])
      assert.deepEqual(yield* entriesOf(directory), [])
    })
  )

  it.live("remembers a refusal, unless the clock refused", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const store = yield* storeIn(directory)
      const bytes = yield* bytesOf(coreGuest("no-handler"))
      const refused = yield* Effect.flip(store.accept(bytes))
      assert.deepInclude(refused, { _tag: "ComponentRefused", reason: "no-handler" })
      assert.strictEqual(yield* Effect.flip(store.accept(bytes, "other")), refused)
      const context = yield* Layer.build(layerComponentStore({ directory, intakeTimeoutMs: 1, spare: false }))
      const { accept } = yield* Effect.provideContext(ComponentStore, context)
      const large = yield* bytesOf(scriptGuest())
      const slow = yield* Effect.flip(accept(large))
      assert.deepInclude(slow, { _tag: "ComponentRefused", reason: "too-slow" })
      assert.notStrictEqual(yield* Effect.flip(accept(large)), slow)
      assert.deepEqual(yield* entriesOf(directory), [])
    })
  )

  it.live("makes a component anew whose directory is gone", () =>
    Effect.gen(function* () {
      const directory = yield* filledDirectory
      const store = yield* storeIn(directory)
      const bytes = yield* bytesOf(coreGuest("ok"))
      const first = yield* store.accept(bytes)
      yield* Effect.promise(() => rm(directory, { recursive: true }))
      yield* store.use(first)
      yield* store.forget(first)
      const again = yield* store.accept(bytes)
      assert.deepEqual(again, first)
      assert.isAbove((yield* Effect.promise(() => stat(again.glue))).size, 0)
    })
  )

  it.live("refuses a component whose types would take too much glue before any is made", () =>
    Effect.gen(function* () {
      const error = yield* refusal(componentGuest("zip-bomb-glue"))
      assert.deepInclude(error, { reason: "glue-too-large" })
      assert.match(error.message, /bytes of generated JavaScript or more/)
    })
  )

  it.live("is finished with an intake that its first caller gave up on", () =>
    Effect.gen(function* () {
      const store = yield* storeIn(yield* freshDirectory)
      const bytes = yield* bytesOf(coreGuest("ok"))
      yield* Effect.timeoutOption(store.accept(bytes), 1)
      assert.lengthOf((yield* store.accept(bytes)).hash, 64)
    })
  )

  it.live("finds after a restart what was accepted before, and nothing else", () =>
    Effect.gen(function* () {
      const directory = yield* filledDirectory
      const { hash } = yield* (yield* storeIn(directory)).accept(yield* bytesOf(coreGuest("ok")))
      const restarted = yield* storeIn(directory)
      assert.strictEqual((yield* restarted.find(hash))?.hash, hash)
      assert.isNull(yield* restarted.find("0".repeat(64)))
      assert.isNull(yield* restarted.find("../../../etc"))
    })
  )

  it.live(
    "finds no component whose file is cut off, changed or gone, or whose entry says else, and makes it anew",
    () =>
      Effect.gen(function* () {
        const bytes = yield* bytesOf(coreGuest("ok"))
        const harms = [
          (file: string) => truncate(file, 10),
          (file: string) => rm(file),
          (file: string) => writeFile(file, "export const instantiate = 1"),
          (file: string) => writeFile(join(dirname(file), "entry.json"), '{"hash":"')
        ]
        for (const [i, harm] of harms.entries()) {
          const directory = yield* filledDirectory
          const { glue, hash } = yield* (yield* storeIn(directory)).accept(bytes)
          const whole = yield* Effect.promise(() => readFile(glue, "utf8"))
          yield* Effect.promise(() => harm(glue))
          const restarted = yield* storeIn(directory)
          assert.isNull(yield* restarted.find(hash), `harm ${i}`)
          if (i < harms.length - 1) continue
          const again = yield* restarted.accept(bytes)
          assert.strictEqual(yield* Effect.promise(() => readFile(again.glue, "utf8")), whole)
          assert.deepEqual(yield* restarted.find(hash), again)
        }
      })
  )

  it.live("makes a component anew whose folder holds another, whole as that is", () =>
    Effect.gen(function* () {
      const directory = yield* filledDirectory
      const store = yield* storeIn(directory)
      const [one, other] = [yield* bytesOf(coreGuest("ok")), yield* bytesOf(coreGuest("trap"))]
      const accepted = yield* store.accept(one)
      const foreign = yield* store.accept(other)
      const aside = join(directory, ".aside")
      yield* Effect.promise(async () => {
        await rename(dirname(accepted.glue), aside)
        await rename(dirname(foreign.glue), dirname(accepted.glue))
        await rename(aside, dirname(foreign.glue))
      })
      const restarted = yield* storeIn(directory)
      assert.isNull(yield* restarted.find(accepted.hash))
      assert.isNull(yield* restarted.find(foreign.hash))
      assert.deepEqual(yield* restarted.accept(one), accepted)
      assert.strictEqual((yield* restarted.find(accepted.hash))?.hash, accepted.hash)
    })
  )

  it.live("refuses a component that imports WASI, and names the import", () =>
    Effect.gen(function* () {
      const error = yield* refusal(importingComponent("wasi:cli/stderr@0.2.3"))
      assert.deepInclude(error, { _tag: "ComponentRefused", reason: "unknown-import" })
      assert.match(error.message, /wasi:/)
    })
  )

  it.live("takes a component of the size limit, and refuses a larger one", () =>
    Effect.gen(function* () {
      const bytes = yield* bytesOf(coreGuest("ok"))
      assert.deepInclude(yield* refusal(Promise.resolve(bytes), bytes.byteLength - 1), { reason: "too-large" })
      const store = yield* storeIn(yield* freshDirectory, bytes.byteLength)
      assert.lengthOf((yield* store.accept(bytes)).hash, 64)
    })
  )

  it.live.each([
    { what: "no bytes", bytes: [] },
    { what: "a core module", bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] },
    { what: "a component of nonsense", bytes: [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, 2, 3, 4] }
  ])("refuses $what", ({ bytes }) =>
    Effect.gen(function* () {
      const error = yield* refusal(Promise.resolve(new Uint8Array(bytes)))
      assert.deepInclude(error, { reason: "not-a-component" })
      assert.notMatch(error.message, /\//)
    })
  )

  it.live("logs in one harmless line why a component is none, whatever its names are", () =>
    Effect.gen(function* () {
      const name = "\\1b[2J\\n[00:00] ERROR forged\\e2\\80\\ae"
      const text = `(component (core module (func (export "${name}")) (func (export "${name}${"x".repeat(1_000)}"))
        (func (export "${name}"))))`
      const logs = yield* logsOf(refusal(parse(text)))
      const lines = logs.flatMap(({ message }) => message).map(String)
      assert.include(lines.join(), "\\u{1b}[2J")
      for (const line of lines) {
        assert.match(line, /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u)
        assert.isAtMost(line.length, 300)
      }
    })
  )

  it.live("takes a component in within a directory of its own, which is gone when the store is", () =>
    Effect.gen(function* () {
      const bytes = yield* bytesOf(coreGuest("ok"))
      const { directory, hash } = yield* Effect.gen(function* () {
        const store = yield* ComponentStore
        const { hash } = yield* store.accept(bytes)
        assert.deepEqual(yield* entriesOf(store.directory), [hash])
        return { directory: store.directory, hash }
      }).pipe(Effect.provide(layerTemporaryComponentStore({ intakeTimeoutMs: longMs, spare: false })))
      assert.match(hash, /^[0-9a-f]{64}$/)
      assert.isFalse(existsSync(directory))
    })
  )

  it.live("is not built on a directory that cannot be made", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(storeIn("/dev/null/components"))
      assert.strictEqual(error._tag, "ComponentStoreError")
    })
  )
})
