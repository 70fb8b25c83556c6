import { type Limits, layerArchives, layerTemporaryComponentStore } from "@alga-psa/ext-adapters-wit"
import { Layer } from "effect"

const cacheBytes = 64 * 1024 * 1024

/** Opens archives and takes components in, in a directory that goes with the scope. A spare transpiler is for who takes in many. */
export const layerTemporaryIntake = (
  { componentBytes, glueBytes }: Pick<Limits, "componentBytes" | "glueBytes">,
  spare = true
) =>
  Layer.merge(
    layerArchives({ componentBytes }),
    layerTemporaryComponentStore({ cacheBytes, componentBytes, glueBytes, spare })
  )
