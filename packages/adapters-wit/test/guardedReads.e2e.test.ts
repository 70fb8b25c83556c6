import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { guardedReadsContract } from "@alga-psa/ext-adapters-memory/contract/GuardedReadsContract"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerGuardedReads } from "@alga-psa/ext-domain"
import { Layer } from "effect"
import { layerExecutions, layerThroughGuest } from "./support/ProbeReads.ts"

const memory = layerMemory()

// All tenants and installs share a process, which shows more than if each had its own.
const options = { spares: 0, processPer: "component" } as const

guardedReadsContract(
  "through a component in the sandbox",
  layerThroughGuest.pipe(
    Layer.provide(layerExecutions(layerGuardedReads, options)),
    Layer.provideMerge(layerMemoryData),
    Layer.provideMerge(memory)
  )
)
