import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { guardedReadsContract } from "@alga-psa/ext-adapters-memory/contract/GuardedReadsContract"
import { installLookupContract } from "@alga-psa/ext-adapters-memory/contract/InstallLookupContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { onServerAsReader } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServerAsReader)

resourceContracts("PostgreSQL server, as the reading login", server)
capabilityGateContract("PostgreSQL server, as the reading login", server)
installLookupContract("PostgreSQL server, as the reading login", server)
rbacCheckContract("PostgreSQL server, as the reading login", server)
guardedReadsContract("PostgreSQL server, as the reading login", server)
