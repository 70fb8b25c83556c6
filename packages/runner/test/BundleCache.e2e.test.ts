import { chmod, readdir, stat, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import * as BundleCache from "../src/BundleCache.ts"
import { type BundleKey, BundleStore, BundleStoreError } from "../src/BundleStore.ts"
import { sha256 } from "../testing/Archive.ts"
import { temporary } from "../testing/Temporary.ts"

const archiveOf = (text: string): Uint8Array => Buffer.from(text.padEnd(100, "."))
const keyOf = (archive: Uint8Array): BundleKey => ({
  tenant: ids.tenants.acme,
  extension: ids.extensions.full,
  hash: sha256(archive)
})

/** A store in memory that counts its reads, behind a cache. */
const cached = Effect.fnUntraced(function* (bytes = 1_000, given?: string) {
  const directory = given ?? join(yield* temporary, "bundles")
  const archives = new Map<string, Uint8Array>()
  const reads: Array<string> = []
  const store = Layer.succeed(BundleStore, {
    check: Effect.void,
    read: (key) =>
      Effect.suspend(() => {
        reads.push(key.hash)
        const archive = archives.get(key.hash)
        return archive === undefined
          ? Effect.fail(new BundleStoreError({ reason: "not-found" }))
          : Effect.succeed(archive)
      })
  })
  const warnings: Array<unknown> = []
  const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(message))])
  const read = (archive: Uint8Array) =>
    Effect.provide(
      Effect.flatMap(BundleStore, (cache) => cache.read(keyOf(archive))),
      BundleCache.layer({ directory, bytes }).pipe(Layer.provide(store), Layer.provideMerge(logger))
    )
  const put = (archive: Uint8Array) => archives.set(keyOf(archive).hash, archive)
  return { archives, directory, put, read, reads, warnings }
})

const files = (directory: string) => Effect.promise(() => readdir(directory))

describe("the cache of bundles", () => {
  it.live("asks the store once, and after a restart not at all", () =>
    Effect.gen(function* () {
      const { directory, put, read, reads, archives } = yield* cached()
      const archive = archiveOf("a")
      put(archive)
      assert.deepStrictEqual(Buffer.from(yield* read(archive)), archive)
      archives.clear()
      assert.deepStrictEqual(Buffer.from(yield* read(archive)), archive)
      assert.strictEqual(reads.length, 1)
      assert.strictEqual((yield* Effect.promise(() => stat(directory))).mode & 0o777, 0o700)
    })
  )

  it.live("fetches again what was cut off or changed on disk", () =>
    Effect.gen(function* () {
      const { directory, put, read, reads } = yield* cached()
      const archive = archiveOf("a")
      put(archive)
      yield* read(archive)
      const [name = ""] = yield* files(directory)
      yield* Effect.promise(() => writeFile(join(directory, name), archive.subarray(0, 50)))
      assert.deepStrictEqual(Buffer.from(yield* read(archive)), archive)
      assert.strictEqual(reads.length, 2)
    })
  )

  it.live("keeps nothing that does not have its hash", () =>
    Effect.gen(function* () {
      const { archives, directory, read, reads } = yield* cached()
      const archive = archiveOf("a")
      archives.set(keyOf(archive).hash, archiveOf("forged"))
      yield* read(archive)
      yield* read(archive)
      assert.strictEqual(reads.length, 2)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(directory).catch(() => [])), [])
    })
  )

  it.live("lets the least recently used make room", () =>
    Effect.gen(function* () {
      const { directory, put, read, reads } = yield* cached(250)
      const [a, b, c] = [archiveOf("a"), archiveOf("b"), archiveOf("c")]
      for (const archive of [a, b, c]) put(archive)
      yield* read(a)
      yield* read(b)
      for (const name of yield* files(directory)) {
        const used = new Date(name.includes(keyOf(a).hash) ? 2_000_000 : 1_000_000)
        yield* Effect.promise(() => utimes(join(directory, name), used, used))
      }
      yield* read(c)
      assert.sameMembers(
        (yield* files(directory)).map((name) => name.split(".")[2]),
        [keyOf(a).hash, keyOf(c).hash]
      )
      yield* read(a)
      assert.strictEqual(reads.length, 3)
    })
  )

  it.live("works on without a directory to write to, and says so", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "file")
      yield* Effect.promise(async () => {
        await writeFile(file, "")
        await chmod(file, 0o400)
      })
      const { put, read, warnings } = yield* cached(1_000, join(file, "bundles"))
      const archive = archiveOf("a")
      put(archive)
      assert.deepStrictEqual(Buffer.from(yield* read(archive)), archive)
      assert.match(String(warnings[0]), /cannot be written/)
    })
  )

  it.live("is refused where other users may reach its directory, and used where they may not", () =>
    Effect.gen(function* () {
      const { directory, put, read } = yield* cached()
      const archive = archiveOf("a")
      put(archive)
      yield* read(archive)
      yield* Effect.promise(() => chmod(directory, 0o755))
      assert.match((yield* Effect.flip(read(archive))).message, /bundles cannot be used: other users may reach it/)
      yield* Effect.promise(() => chmod(directory, 0o700))
      assert.deepStrictEqual(Buffer.from(yield* read(archive)), archive)
    })
  )
})
