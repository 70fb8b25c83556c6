import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { installLookupContract } from "@alga-psa/ext-adapters-memory/contract/InstallLookupContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { onServerAsReader } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServerAsReader)

resourceContracts("PostgreSQL as the reading login", server)
capabilityGateContract("PostgreSQL as the reading login", server)
installLookupContract("PostgreSQL as the reading login", server)
rbacCheckContract("PostgreSQL as the reading login", server)
