import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { layerComponentStore } from "../../src/index.ts"
import { longMs } from "./Run.ts"

/** A store of its own that holds nothing yet. Only with a spare does a process wait for its next component. */
export const freshStore = (spare = false) =>
  Layer.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-fuzz-"))),
        (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
      ),
      (directory) => layerComponentStore({ directory, intakeTimeoutMs: longMs, spare })
    )
  )
