import { grantLives } from "@alga-psa/ext-adapters-pg/GrantLife"
import * as Grants from "@alga-psa/ext-adapters-pg/Grants"
import { InstallId } from "@alga-psa/ext-domain/Identifiers"
import { Console, Effect, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"
import { json, onAdminDatabase } from "./dbAdmin.ts"
import { check, days, grantable } from "./dbGrantsCheck.ts"
import { printPages } from "./dbOutput.ts"

const columns = {
  tenant: ({ tenant }: Grants.InstallCapabilities) => tenant,
  install: ({ install }: Grants.InstallCapabilities) => install,
  extension: ({ name, version }: Grants.InstallCapabilities) => `${name} ${version ?? "-"}`,
  enabled: ({ enabled }: Grants.InstallCapabilities) => (enabled ? "yes" : "no"),
  capabilities: ({ capabilities }: Grants.InstallCapabilities) => capabilities.join(", ")
}

const flags = {
  capability: Flag.Literals("capability", grantable).pipe(
    Flag.atLeast(1),
    Flag.withDescription("A capability; may be repeated")
  ),
  install: Flag.String("install").pipe(
    Flag.withSchema(InstallId),
    Flag.atLeast(0),
    Flag.withDescription("The id of an install; may be repeated")
  ),
  all: Flag.Boolean("all").pipe(Flag.withDefault(false), Flag.withDescription("Every install of every tenant")),
  yes: Flag.Boolean("yes").pipe(Flag.withDefault(false), Flag.withDescription("Write; without it nothing is changed")),
  json
}

/** A change, with how many executions made use of what is taken away; null without access records. */
interface Told extends Grants.ChangedGrants {
  readonly executions: Readonly<Record<string, number | null>>
}

/** Says of what is taken away how many executions would have been refused. */
const withUse = (days: number) => (row: Grants.ChangedGrants) =>
  Effect.map(Stream.runCollect(grantLives([row.install], days, row.capabilities)), (found): Told => {
    const grants = found.flatMap((install) => install.grants)
    const executions = row.capabilities.map((name) => {
      const life = grants.find(({ capability }) => capability === name)
      return [name, life?.executions ?? null] as const
    })
    return { ...row, executions: Object.fromEntries(executions) }
  })

const toldOf = (days: number) => (row: Grants.ChangedGrants | Told) =>
  "executions" in row
    ? Object.entries(row.executions).map(([name, count]) =>
        count === null
          ? `${row.install}: without ${name}: unknown, as there are no access records`
          : `${row.install}: without ${name} ${count} executions of the last ${days} days would have been refused`
      )
    : []

const changing = (action: "apply" | "revoke") =>
  Command.make(action, { ...flags, days }, (given) =>
    Effect.gen(function* () {
      if (given.install.length > 0 === given.all) {
        return yield* new UsageWrong({ message: "name the installs with --install, or use --all" })
      }
      const installs = given.all ? "all" : given.install
      const changed = Grants.change({ action, capabilities: given.capability, installs, write: given.yes })
      const reported = action === "revoke" ? Stream.mapEffect(changed, withUse(given.days)) : changed
      const count = yield* printPages(
        reported,
        { ...columns, state: ({ state }: Grants.ChangedGrants) => state },
        given.json,
        toldOf(given.days)
      ).pipe(onAdminDatabase)
      if (!given.yes && count > 0) yield* Console.error("nothing was changed; add --yes to write this")
    })
  )

const apply = changing("apply").pipe(
  Command.withDescription("Grant capabilities to installs whose version declares them; without --yes, only show that"),
  Command.withExamples([
    {
      command: "alga-extension-runner db grants apply --capability cap:service.read --all --yes",
      description: "Grant one capability wherever the installed version declares it"
    }
  ])
)

const revoke = changing("revoke").pipe(
  Command.withDescription("Revoke capabilities of installs, at once; without --yes, only show that")
)

/** `db grants`: what installs were granted, beside what their versions declare. */
export const grants = Command.make("grants").pipe(
  Command.withDescription("Compare and change what installs were granted and what their versions declare"),
  Command.withSubcommands([check, apply, revoke])
)
