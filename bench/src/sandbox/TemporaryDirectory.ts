import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

/** A new directory that goes with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-ext-bench-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)
