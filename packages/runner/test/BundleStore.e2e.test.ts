import { mkdir, rm, truncate, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { archiveBytes, BundleStore, bundlePath, layerDirectory } from "../src/BundleStore.ts"
import { temporary } from "../testing/Temporary.ts"
import { bundleOf } from "./support/Intake.ts"

const { archive, key } = bundleOf("an archive")

/** A directory with the archive, and what a store of it gives; the files are as another layer says. */
const scene = Effect.gen(function* () {
  const directory = yield* temporary
  const file = join(directory, bundlePath(key))
  yield* Effect.promise(async () => {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, archive)
  })
  const read = (files: Layer.Layer<FileSystem.FileSystem> = Layer.empty as never) =>
    Effect.flatMap(BundleStore, (store) => store.read(key)).pipe(
      Effect.match({ onFailure: ({ reason }) => reason, onSuccess: (bytes) => Buffer.from(bytes).toString() }),
      Effect.provide(Layer.provide(layerDirectory(directory), [Layer.provideMerge(files, NodeServices.layer)]))
    )
  return { file, read }
})

/** Files that become so long right after their size was asked for. */
const growing = (bytes: number) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (files) => ({
      ...files,
      stat: (path: string) => Effect.tap(files.stat(path), () => Effect.promise(() => truncate(path, bytes)))
    }))
  ).pipe(Layer.provide(NodeServices.layer))

describe("a store in a directory", () => {
  it.live("gives the archive's bytes", () =>
    Effect.gen(function* () {
      const { read } = yield* scene
      assert.strictEqual(yield* read(), "an archive")
    })
  )

  it.live("refuses an archive that is too large, also one that grows after its size was asked for", () =>
    Effect.gen(function* () {
      const { file, read } = yield* scene
      assert.strictEqual((yield* read(growing(archiveBytes))).length, archiveBytes)
      yield* Effect.promise(() => truncate(file, 1))
      assert.strictEqual(yield* read(growing(archiveBytes + 1)), "too-large")
      assert.strictEqual(yield* read(), "too-large")
    })
  )

  it.live("reads files and nothing else", () =>
    Effect.gen(function* () {
      const { file, read } = yield* scene
      yield* Effect.promise(async () => {
        await rm(file)
        await mkdir(file)
      })
      assert.strictEqual(yield* read(), "unavailable")
    })
  )
})
