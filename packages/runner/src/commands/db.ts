import { Command } from "effect/cli"
import { access } from "./dbAccess.ts"
import { cluster } from "./dbCluster.ts"
import { extension } from "./dbExtension.ts"
import { grants } from "./dbGrants.ts"
import { indexCommands } from "./dbIndexes.ts"
import { installs } from "./dbInstalls.ts"
import { policies } from "./dbPolicies.ts"
import { role } from "./dbRole.ts"

/** `db`: what an operator does to Alga's database once, with a login that may change it. */
export const db = Command.make("db").pipe(
  Command.withDescription(
    "Prepare Alga's database: indexes, the reading login, row level security, extensions and their grants, the tables of a cluster and of access records. DATABASE_ADMIN_URL is the login that owns the tables"
  ),
  Command.withSubcommands([...indexCommands, role, policies, grants, installs, extension, cluster, access])
)
