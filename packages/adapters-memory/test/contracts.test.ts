import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { Layer } from "effect"
import { capabilityGateContract } from "../src/contract/CapabilityGateContract.ts"
import { clientReaderContract } from "../src/contract/ClientReaderContract.ts"
import { layerMemoryData } from "../src/contract/ContractData.ts"
import { guardedReadsContract } from "../src/contract/GuardedReadsContract.ts"
import { rbacCheckContract } from "../src/contract/RbacCheckContract.ts"
import { serviceReaderContract } from "../src/contract/ServiceReaderContract.ts"
import { layer } from "../src/MemoryPorts.ts"

const memory = Layer.provideMerge(layerMemoryData, layer())

clientReaderContract("memory", memory)
serviceReaderContract("memory", memory)
capabilityGateContract("memory", memory)
rbacCheckContract("memory", memory)
guardedReadsContract("memory", Layer.provideMerge(layerGuardedReads, memory))
