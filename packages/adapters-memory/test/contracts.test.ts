import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { Effect, Layer } from "effect"
import { AccessKept, accessContract } from "../src/contract/AccessContract.ts"
import { capabilityGateContract } from "../src/contract/CapabilityGateContract.ts"
import { layerMemoryData } from "../src/contract/ContractData.ts"
import { guardedReadsContract } from "../src/contract/GuardedReadsContract.ts"
import { httpFetchContract } from "../src/contract/HttpFetchContract.ts"
import { installLookupContract } from "../src/contract/InstallLookupContract.ts"
import { invoicingContract } from "../src/contract/InvoicingContract.ts"
import { layerMemoryPortData } from "../src/contract/PortData.ts"
import { rbacCheckContract } from "../src/contract/RbacCheckContract.ts"
import { resourceContracts } from "../src/contract/ResourceContracts.ts"
import { schedulerContract } from "../src/contract/SchedulerContract.ts"
import { secretsContract } from "../src/contract/SecretsContract.ts"
import { storageContract } from "../src/contract/StorageContract.ts"
import { uiProxyContract } from "../src/contract/UiProxyContract.ts"
import { layerAccess } from "../src/MemoryAccess.ts"
import { layer, layerOtherPorts } from "../src/MemoryPorts.ts"

const memory = Layer.provideMerge(layerMemoryData, layer())

resourceContracts("memory", memory)
capabilityGateContract("memory", memory)
installLookupContract("memory", memory)
rbacCheckContract("memory", memory)
guardedReadsContract("memory", Layer.provideMerge(layerGuardedReads, memory))

const installs = Layer.provideMerge(Layer.provideMerge(layerMemoryPortData, layerOtherPorts), memory)

secretsContract("memory", installs)
httpFetchContract("memory", installs)
storageContract("memory", installs)
uiProxyContract("memory", installs)
schedulerContract("memory", installs)
invoicingContract("memory", installs)

accessContract("memory", Layer.merge(layerAccess, Layer.succeed(AccessKept, Effect.void)))
