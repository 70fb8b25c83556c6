import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { installLookupContract } from "@alga-psa/ext-adapters-memory/contract/InstallLookupContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { onEmbedded } from "./databases.ts"
import { shared } from "./shared.ts"

const embedded = shared(onEmbedded)

resourceContracts("PGlite", embedded)
capabilityGateContract("PGlite", embedded)
installLookupContract("PGlite", embedded)
rbacCheckContract("PGlite", embedded)
