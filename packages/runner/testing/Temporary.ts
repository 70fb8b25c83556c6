import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

/** A new directory, removed when the scope closes. */
export const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-runner-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true, maxRetries: 20 }))
)
