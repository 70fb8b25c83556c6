import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { fromCluster } from "../internal/clusterPackage.ts"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { print } from "./dbOutput.ts"

const role = Flag.String("role").pipe(
  Flag.withSchema(RoleName),
  Flag.withDescription("The login in DATABASE_CLUSTER_URL. It must exist, and needs no other right")
)

/** A table, and whether it is there. */
type Table = { readonly name: string; readonly present: boolean }

const clusterTables = fromCluster(() => import("@alga-psa/ext-runner-cluster/ClusterTables"))

const show = Effect.fnUntraced(function* (asJson: boolean) {
  const tables = yield* (yield* clusterTables).plan
  const columns = { table: ({ name }: Table) => name, state: ({ present }: Table) => (present ? "present" : "missing") }
  yield* print(tables, columns, asJson)
  return tables
})

const plan = Command.make("plan", { json }, (flags) => Effect.asVoid(onAdminDatabase(show(flags.json)))).pipe(
  Command.withDescription("Show which of the cluster's tables exist; change nothing")
)

const check = Command.make("check", { json }, (flags) =>
  Effect.gen(function* () {
    const missing = (yield* show(flags.json)).filter(({ present }) => !present)
    if (missing.length > 0) {
      return yield* new NotInPlace({
        what: `missing: ${missing.map(({ name }) => name).join(", ")}; run db cluster apply`
      })
    }
  }).pipe(onAdminDatabase)
).pipe(Command.withDescription("Show the same as plan, and fail if a table is missing"))

const apply = Command.make("apply", { role, json }, (flags) =>
  Effect.gen(function* () {
    yield* (yield* clusterTables).apply(flags.role)
    yield* show(flags.json)
  }).pipe(onAdminDatabase)
).pipe(Command.withDescription("Make the schema and its tables if they are missing, and let the login use them"))

/** `db cluster`: the schema that runners of a cluster share, apart from Alga's tables. */
export const cluster = Command.make("cluster").pipe(
  Command.withDescription("Manage the tables of serve --cluster, in a schema of their own"),
  Command.withSubcommands([plan, apply, check])
)
