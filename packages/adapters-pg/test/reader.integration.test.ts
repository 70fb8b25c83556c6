import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { clientReaderContract } from "@alga-psa/ext-adapters-memory/contract/ClientReaderContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { serviceReaderContract } from "@alga-psa/ext-adapters-memory/contract/ServiceReaderContract"
import { onServerAsReader } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServerAsReader)

clientReaderContract("PostgreSQL as the reading login", server)
serviceReaderContract("PostgreSQL as the reading login", server)
capabilityGateContract("PostgreSQL as the reading login", server)
rbacCheckContract("PostgreSQL as the reading login", server)
