import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { installLookupContract } from "@alga-psa/ext-adapters-memory/contract/InstallLookupContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { onServerByTenant } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServerByTenant)

resourceContracts("PostgreSQL with row level security", server)
capabilityGateContract("PostgreSQL with row level security", server)
installLookupContract("PostgreSQL with row level security", server)
rbacCheckContract("PostgreSQL with row level security", server)
