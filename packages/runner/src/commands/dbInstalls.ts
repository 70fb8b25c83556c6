import { Effect, Layer, Stream } from "effect"
import { Command } from "effect/cli"
import { checkInstalls, type InstallFinding, type Offered } from "../InstallsCheck.ts"
import { portStates } from "../PortStates.ts"
import { frameAncestorsSettings, limitsOf } from "../Settings.ts"
import type { SettingsReport } from "../SettingsSource.ts"
import { layerStore, storeSettings } from "./bundleStore.ts"
import { json, NotInPlace, onAdminDatabase } from "./dbAdmin.ts"
import { printPages } from "./dbOutput.ts"
import { settingsFile } from "./settingsFile.ts"
import { layerTemporaryIntake } from "./temporaryIntake.ts"

const offeredBy = ({ readings, values }: SettingsReport): Offered => {
  const isSet = (name: string) =>
    readings.some((one) => one.name === name && (one.source === "environment" || one.source === "file"))
  return {
    ports: portStates(values),
    frameAncestors: frameAncestorsSettings.some(isSet),
    vault: isSet("VAULT_ADDR") || isSet("ALGA_VAULT_ADDR"),
    limits: limitsOf(values)
  }
}

const columns = {
  tenant: ({ tenant }: InstallFinding) => tenant,
  install: ({ install }: InstallFinding) => install,
  extension: ({ name, version }: InstallFinding) => `${name} ${version ?? "-"}`,
  component: ({ component }: InstallFinding) => component,
  MiB: ({ startKib }: InstallFinding) => (startKib === null ? "-" : (startKib / 1024).toFixed(1)),
  page: ({ page }: InstallFinding) => (page ? "yes" : "no"),
  "would fail": ({ problems }: InstallFinding) => (problems.length > 0 ? "yes" : "no"),
  open: ({ open }: InstallFinding) => open.join(" ")
}

const linesOf = ({ install, notes, problems }: InstallFinding) => [
  ...problems.map((problem) => `${install}: ${problem}`),
  ...notes.map((note) => `${install}: note: ${note}`)
]

const check = Command.make("check", { settingsFile, json }, (flags) =>
  Effect.gen(function* () {
    const { report, source } = yield* storeSettings(flags.settingsFile)
    const offered = offeredBy(report)
    let failing = 0
    const counted = Stream.map(checkInstalls(offered), (found) => {
      if (found.problems.length > 0) failing += 1
      return found
    })
    const count = yield* printPages(counted, columns, flags.json, linesOf).pipe(
      Effect.provide(Layer.merge(layerTemporaryIntake(offered.limits), layerStore(source)))
    )
    if (failing > 0)
      return yield* new NotInPlace({ what: `${failing} of ${count} installs would not work as they do now` })
  }).pipe((run) => onAdminDatabase(run, flags.settingsFile), Effect.scoped)
).pipe(
  Command.withDescription(
    "Show how every enabled install would fare on a runner with these settings; fail if one would not work"
  ),
  Command.withExamples([
    { command: "alga-extension-runner db installs check", description: "Before a runner takes over from another" },
    { command: "alga-extension-runner db installs check --json", description: "All findings, one install a line" }
  ])
)

/** `db installs`: what the enabled installs need, before the switch. */
export const installs = Command.make("installs").pipe(
  Command.withDescription("Check what the enabled installs need from this runner"),
  Command.withSubcommands([check])
)
