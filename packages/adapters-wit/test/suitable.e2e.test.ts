import { existsSync } from "node:fs"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { layerSandbox } from "../src/index.ts"

/** A program that does this where it is asked for Node's `--version`. */
const nodeThatDoes = Effect.fnUntraced(function* (script: string) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-node-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const file = join(folder, "node")
  yield* Effect.promise(async () => {
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o700)
  })
  return file
})

/** A program that says that this is its version. */
const nodeThatSays = (version: string) => nodeThatDoes(`echo "${version}"`)

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

  it.effect("does not start where its confinement cannot be tried in time, rather than with a weaker one", () =>
    Effect.gen(function* () {
      // It answers who asks for its version, and all trials but the first, which hangs.
      const file = yield* nodeThatDoes(
        `cd "$(dirname "$0")" || exit 1
         if mkdir asked 2>/dev/null; then echo v26.0.0; exit; fi
         if mkdir tried 2>/dev/null; then exec sleep 600; fi
         echo v26.0.0`
      )
      const starting = yield* Effect.forkChild(Effect.flip(start(file)), { startImmediately: true })
      while (!existsSync(join(dirname(file), "tried"))) yield* Effect.promise(() => setTimeout(5))
      yield* TestClock.adjust("60 seconds")
      assert.include((yield* Fiber.join(starting)).message, `${file} is nothing that answers in 60 seconds`)
    })
  )

  it.live("does not start where there is no program", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(start("/nowhere/node"))
      assert.include(error.message, "/nowhere/node is nothing that runs")
    })
  )
})
