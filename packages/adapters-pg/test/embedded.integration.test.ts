import { capabilityGateContract } from "@alga-psa/ext-adapters-memory/contract/CapabilityGateContract"
import { clientReaderContract } from "@alga-psa/ext-adapters-memory/contract/ClientReaderContract"
import { rbacCheckContract } from "@alga-psa/ext-adapters-memory/contract/RbacCheckContract"
import { serviceReaderContract } from "@alga-psa/ext-adapters-memory/contract/ServiceReaderContract"
import { onEmbedded } from "./databases.ts"
import { shared } from "./shared.ts"

const embedded = shared(onEmbedded)

clientReaderContract("PGlite", embedded)
serviceReaderContract("PGlite", embedded)
capabilityGateContract("PGlite", embedded)
rbacCheckContract("PGlite", embedded)
