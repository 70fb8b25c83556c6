import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { layerSandbox } from "../src/index.ts"

/** A program that says what is asked of Node's `--version`. */
const nodeThatSays = Effect.fnUntraced(function* (version: string) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-node-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const file = join(folder, "node")
  yield* Effect.promise(async () => {
    await writeFile(file, `#!/bin/sh\necho "${version}"\n`)
    await chmod(file, 0o700)
  })
  return file
})

const start = (execPath: string) => Layer.build(layerSandbox({ execPath, spares: 0 }))

describe("A sandbox", () => {
  it.live("starts on a Node that is new enough", () =>
    Effect.gen(function* () {
      yield* start(yield* nodeThatSays("v26.0.0"))
      yield* start(yield* nodeThatSays("v100.1.0"))
    })
  )

  it.live.each(["v25.9.9", "26.0.0", "deno 2.1"])("does not start on a program that calls itself %s", (version) =>
    Effect.gen(function* () {
      const file = yield* nodeThatSays(version)
      const error = yield* Effect.flip(start(file))
      assert.strictEqual(
        error.message,
        `sandbox processes need Node 26 or newer, but ${file} is ${version}: run this program with a newer Node, or set execPath`
      )
    })
  )

  it.live("does not start where there is no program", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(start("/nowhere/node"))
      assert.include(error.message, "/nowhere/node is nothing that runs")
    })
  )
})
