import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Limits, layerArchives, layerComponentStore } from "@alga-psa/ext-adapters-wit"
import { Effect, Layer } from "effect"

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-intake-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const cacheBytes = 64 * 1024 * 1024

/** Opens archives and takes components in, in a directory that goes with the scope. A spare transpiler is for who takes in many. */
export const layerTemporaryIntake = (
  { componentBytes, glueBytes }: Pick<Limits, "componentBytes" | "glueBytes">,
  spare = true
) =>
  Layer.unwrap(
    Effect.map(temporary, (directory) =>
      Layer.merge(
        layerArchives({ componentBytes }),
        layerComponentStore({ directory, cacheBytes, componentBytes, glueBytes, spare })
      )
    )
  )
