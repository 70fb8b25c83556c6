import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { clientReaderContract } from "@alga-psa/ext-adapters-memory/contract/ClientReaderContract"
import { guardedReadsContract } from "@alga-psa/ext-adapters-memory/contract/GuardedReadsContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { serviceReaderContract } from "@alga-psa/ext-adapters-memory/contract/ServiceReaderContract"
import { onServer } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServer)

clientReaderContract("PostgreSQL server", server)
serviceReaderContract("PostgreSQL server", server)
capabilityGateContract("PostgreSQL server", server)
rbacCheckContract("PostgreSQL server", server)
guardedReadsContract("PostgreSQL server", server)
