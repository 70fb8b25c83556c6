import { type GrantLife, grantLives, type InstallGrants } from "@alga-psa/ext-adapters-pg/GrantLife"
import { interfaceCapabilities } from "@alga-psa/ext-adapters-wit"
import { alwaysGranted, Capability } from "@alga-psa/ext-domain/Capability"
import { Console, Effect, Layer, type Option, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { makeInspect } from "../InstallsCheck.ts"
import { limitsOf } from "../Settings.ts"
import { layerStore, storeSettings } from "./bundleStore.ts"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { printPages } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"
import { layerTemporaryIntake } from "./temporaryIntake.ts"

/** Whether the component's code asks for it. `all`: it imports every interface, which tells nothing. */
type InCode = "yes" | "no" | "all" | "unknown"

/** A capability of an install, as the check tells it. `state` is `ok` where there is nothing to do. */
interface ShownGrant extends GrantLife {
  readonly inCode: InCode
  readonly state: "ok" | "missing" | "unused" | "undeclared"
}

/** The capabilities that an install has only where they are granted. */
export const grantable = Capability.literals.filter((name) => !alwaysGranted.has(name))

const importedBy = (interfaces: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(interfaces.map((name) => (interfaceCapabilities as Readonly<Record<string, Capability>>)[name] ?? ""))

const stateOf = ({ declared, executions, granted, usedLast }: GrantLife): ShownGrant["state"] => {
  if (!granted) return declared ? "missing" : "ok"
  if (!declared) return "undeclared"
  return executions === 0 && usedLast !== "unknown" ? "unused" : "ok"
}

const shownOf = ({ grants, row }: InstallGrants, imported: ReadonlySet<string> | null) => ({
  tenant: row.tenant,
  install: row.install,
  extension: row.extension,
  name: row.name,
  version: row.version,
  enabled: row.enabled,
  /** Declared and not granted. */
  capabilities: grants.filter(({ declared, granted }) => declared && !granted).map(({ capability }) => capability),
  grants: grants.map((grant): ShownGrant => {
    const isAll = imported !== null && grantable.every((name) => imported.has(name))
    const inCode = imported === null ? "unknown" : isAll ? "all" : imported.has(grant.capability) ? "yes" : "no"
    return { ...grant, inCode, state: stateOf(grant) }
  })
})
type Shown = ReturnType<typeof shownOf>
type Line = Omit<Shown, "grants" | "capabilities"> & ShownGrant

const yesNo = (is: boolean) => (is ? "yes" : "no")

const columns = {
  tenant: ({ tenant }: Line) => tenant,
  install: ({ install }: Line) => install,
  extension: ({ name, version }: Line) => `${name} ${version ?? "-"}`,
  enabled: ({ enabled }: Line) => yesNo(enabled),
  capability: ({ capability }: Line) => capability,
  declared: ({ declared }: Line) => yesNo(declared),
  granted: ({ granted }: Line) => yesNo(granted),
  by: ({ by }: Line) => by ?? "-",
  "in code": ({ inCode }: Line) => inCode,
  "used last": ({ usedLast }: Line) => usedLast ?? "never",
  executions: ({ executions }: Line) => (executions === null ? "unknown" : String(executions)),
  state: ({ state }: Line) => state
}

/** `--days`: how far back executions are counted. */
export const days = Flag.Int("days").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_650 }))),
  Flag.withDefault(30),
  Flag.withDescription("How many past days of executions to count. Default: 30")
)

const code = Flag.Boolean("code").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Read each bundle in the store, and show whether its component's code needs the capability")
)

/** What opens the bundles of these settings' store and takes their components in, for as long as the scope. */
const inspectingBy = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const { report, source } = yield* storeSettings(file)
  return yield* Layer.build(Layer.merge(layerTemporaryIntake(limitsOf(report.values)), layerStore(source)))
})

/** `db grants check`: what became of each grant; fails where an install declares more than it was granted. */
export const check = Command.make("check", { days, code, settingsFile, json }, (flags) =>
  Effect.gen(function* () {
    const inspecting = flags.code ? yield* inspectingBy(flags.settingsFile) : null
    const inspect = makeInspect()
    const importsOf = (install: InstallGrants) =>
      inspecting === null
        ? Effect.succeed(null)
        : Effect.map(Effect.provideContext(inspect(install.row), inspecting), ({ facts }) =>
            facts === null || facts.component === "refused" ? null : importedBy(facts.interfaces)
          )
    const counts = { missing: 0, unused: 0 }
    const installs = grantLives("all", flags.days).pipe(
      Stream.mapEffect((install) => Effect.map(importsOf(install), (imported) => shownOf(install, imported))),
      Stream.tap(({ capabilities, grants }) =>
        Effect.sync(() => {
          if (capabilities.length > 0) counts.missing += 1
          counts.unused += grants.filter(({ state }) => state === "unused").length
        })
      )
    )
    if (flags.json) yield* printPages(installs, {}, true)
    else {
      const lines = Stream.flatMap(installs, ({ capabilities: _, grants, ...install }) =>
        Stream.fromIterable(grants.map((grant): Line => ({ ...install, ...grant })))
      )
      yield* printPages(lines, columns, false)
    }
    if (counts.unused > 0)
      yield* Console.error(`${counts.unused} grants were not used in ${flags.days} days; see unused`)
    if (counts.missing === 0) return
    return yield* new NotInPlace({
      what: `${counts.missing} installs declare more than they were granted; look at each, then run db grants apply`
    })
  }).pipe((run) => onAdminDatabase(run, flags.settingsFile), Effect.scoped)
).pipe(
  Command.withDescription(
    "Show for each capability of each install whether it is declared, granted and used, and who granted it; fail if an install declares more than it was granted"
  )
)
