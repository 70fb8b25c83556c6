import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { clientReaderContract } from "@alga-psa/ext-adapters-memory/contract/ClientReaderContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { serviceReaderContract } from "@alga-psa/ext-adapters-memory/contract/ServiceReaderContract"
import { onEmbeddedByTenant, onServerByTenant } from "./databases.ts"
import { shared } from "./shared.ts"

const server = shared(onServerByTenant)

clientReaderContract("PostgreSQL with row level security", server)
serviceReaderContract("PostgreSQL with row level security", server)
capabilityGateContract("PostgreSQL with row level security", server)
rbacCheckContract("PostgreSQL with row level security", server)

const embedded = shared(onEmbeddedByTenant)

clientReaderContract("PGlite in transactions, without policies", embedded)
