import { twins } from "@alga-psa/ext-adapters-memory/contract/Twins"
import { twinsOnEmbedded, twinsOnServer, twinsOnServerByTenant } from "./databases.ts"

twins("PostgreSQL server", twinsOnServer)
twins("PostgreSQL with row level security", twinsOnServerByTenant)
twins("PGlite", twinsOnEmbedded)
