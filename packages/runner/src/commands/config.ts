import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { portStates } from "../PortStates.ts"
import { aboutSetting } from "../Settings.ts"
import { readSettings, SettingsInvalid } from "../SettingsSource.ts"
import { table } from "../Table.ts"
import { settingsFile } from "./settingsFile.ts"

const json = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription(
    "Print one JSON object a line: name, value, source, unit, description, problem; then port, open, why"
  )
)

/**
 * `config`: every setting with its value, source and unit, and which ports beside the reads they open. Secrets are redacted.
 * Fails where one is wrong.
 */
export const config = Command.make("config", { settingsFile, json }, (flags) =>
  Effect.gen(function* () {
    const { problems, readings, values, warnings } = yield* readSettings(flags.settingsFile)
    const rows = readings.map(({ name, problem, shown, source }) => {
      const { description, unit } = aboutSetting(name)
      return { name, value: shown, source, unit, description, problem }
    })
    const ports = portStates(values)
    if (flags.json) {
      yield* Effect.forEach([...rows, ...ports], (row) => Console.log(JSON.stringify(row)), { discard: true })
    } else {
      const cells = rows.map((row) => [row.name, row.value ?? "-", row.source, row.unit, row.description])
      yield* Console.log(table(["setting", "value", "source", "unit", "for"], cells, process.stdout.columns ?? 240))
      const states = ports.map(({ open, port, why }) => [port, open ? "open" : "denied", why])
      yield* Console.log(`\n${table(["port", "is", "because"], states, process.stdout.columns ?? 240)}`)
    }
    yield* Effect.forEach(warnings, (warning) => Console.error(`warning: ${warning}`), { discard: true })
    if (problems.length > 0) return yield* new SettingsInvalid({ problems })
  })
).pipe(
  Command.withDescription(
    "Print every setting with its value, source and unit, and which ports are open; fail where one is wrong"
  ),
  Command.withExamples([
    { command: "alga-extension-runner config", description: "What a start with this environment would use" },
    { command: "alga-extension-runner config --config runner.json --json", description: "The same as JSON lines" }
  ])
)
