import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import * as TenantPolicies from "@alga-psa/ext-adapters-pg/TenantPolicies"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { print } from "./dbOutput.ts"

const reader = Flag.String("reader").pipe(
  Flag.withSchema(RoleName),
  Flag.withDescription("The reading login, which is restricted to one tenant at a time")
)

const unrestricted = Flag.String("unrestricted").pipe(
  Flag.atLeast(0),
  Flag.withDescription(
    "A role that keeps its rights, such as the product's own; may be repeated. Owners keep theirs anyway"
  )
)

const flags = { reader, unrestricted, json }

const show = (statuses: ReadonlyArray<TenantPolicies.PolicyStatus>, asJson: boolean) =>
  print(
    statuses.map((status) => ({ ...status })),
    {
      table: ({ table }) => table,
      state: ({ state }) => state,
      "on before": ({ wasOn }) => (wasOn ? "yes" : "no"),
      "would hide rows from": ({ hides }) => hides.join(", ")
    },
    asJson
  )

const tell: TenantPolicies.TableListener = (table) => Console.error(`${table}: changing its policies`)

const plan = Command.make("plan", flags, (given) =>
  TenantPolicies.plan(given).pipe(
    Effect.flatMap((statuses) => show(statuses, given.json)),
    onAdminDatabase
  )
).pipe(Command.withDescription("Show the state of row level security on each table; change nothing"))

const apply = Command.make("apply", flags, (given) =>
  TenantPolicies.apply(given, tell).pipe(
    Effect.flatMap((statuses) => show(statuses, given.json)),
    onAdminDatabase
  )
).pipe(
  Command.withDescription(
    "Restrict the reading login to the tenant of its transaction; set DATABASE_ROW_SECURITY=on before"
  )
)

const check = Command.make("check", flags, (given) =>
  Effect.gen(function* () {
    const statuses = yield* TenantPolicies.plan(given)
    yield* show(statuses, given.json)
    const wrong = statuses.filter(({ hides, state }) => state !== "applied" || hides.length > 0)
    if (wrong.length === 0) return
    const tables = wrong
      .map(({ state, table }) => `${table} (${state === "applied" ? "hides rows" : state})`)
      .join(", ")
    return yield* new NotInPlace({
      what: `${wrong.length} of ${statuses.length} tables are not as they should be: ${tables}; run db policies apply`
    })
  }).pipe(onAdminDatabase)
).pipe(
  Command.withDescription("Show the same as plan, and fail if a policy is missing, or hides rows from another role")
)

const drop = Command.make("drop", { json }, (given) =>
  TenantPolicies.drop(tell).pipe(
    Effect.flatMap((tables) =>
      print(
        tables.map((table) => ({ table, state: "dropped" })),
        { table: ({ table }) => table, state: ({ state }) => state },
        given.json
      )
    ),
    onAdminDatabase
  )
).pipe(Command.withDescription("Remove the policies; unset DATABASE_ROW_SECURITY after"))

/** `db policies`: row level security, the optional second lock between tenants. */
export const policies = Command.make("policies").pipe(
  Command.withDescription("Manage row level security, the optional second lock between tenants"),
  Command.withSubcommands([plan, apply, check, drop])
)
