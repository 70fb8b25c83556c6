import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { Layer } from "effect"
import { layerGuardedCalls, layerMemoryTwinData } from "../src/contract/TwinDatabase.ts"
import { twins } from "../src/contract/Twins.ts"
import { layer } from "../src/MemoryPorts.ts"

twins(
  "memory",
  Layer.mergeAll(layerGuardedCalls, layerMemoryTwinData).pipe(
    Layer.provideMerge(layerGuardedReads),
    Layer.provideMerge(layer())
  )
)
