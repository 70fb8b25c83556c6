import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { guardedReadsContract } from "@alga-psa/ext-adapters-memory/contract/GuardedReadsContract"
import { installLookupContract } from "@alga-psa/ext-adapters-memory/contract/InstallLookupContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { onServer } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServer)

resourceContracts("PostgreSQL server", server)
capabilityGateContract("PostgreSQL server", server)
installLookupContract("PostgreSQL server", server)
rbacCheckContract("PostgreSQL server", server)
guardedReadsContract("PostgreSQL server", server)
