import { twins } from "@alga-psa/ext-adapters-memory/contract/Twins"
import { twinsOnEmbedded, twinsOnServer, twinsOnServerByTenant } from "./databases.ts"

twins("PostgreSQL server", twinsOnServer, 3)
twins("PostgreSQL with row level security", twinsOnServerByTenant, 3)
twins("PGlite", twinsOnEmbedded, 3)
