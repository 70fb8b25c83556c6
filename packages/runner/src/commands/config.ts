import { thisContainer } from "@alga-psa/ext-adapters-wit"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { sizeRows } from "../internal/sizeRows.ts"
import { portStates } from "../PortStates.ts"
import { aboutSetting, type Settings, sizesIn } from "../Settings.ts"
import { readSettings, SettingsInvalid } from "../SettingsSource.ts"
import { table } from "../Table.ts"
import { settingsFile } from "./settingsFile.ts"

const json = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription(
    "Print one JSON object a line: name, value, source, unit, description, problem; then port, open, why; then size, is, unit"
  )
)

/**
 * `config`: every setting with its value, source and unit, which ports beside the reads they open, and the sizes that follow. Secrets are redacted.
 * Fails where one is wrong.
 */
export const config = Command.make("config", { settingsFile, json }, (flags) =>
  Effect.gen(function* () {
    const { problems, readings, values, warnings } = yield* readSettings(flags.settingsFile)
    const rows = readings.map(({ name, problem, shown, source }) => {
      const { description, unit } = aboutSetting(name)
      return { name, value: shown, source, unit, description, problem }
    })
    const sizes = values.EXT_CACHE_ROOT === undefined ? [] : sizeRows(thisContainer(), sizesIn(values as Settings))
    const ports = portStates(values)
    if (flags.json) {
      yield* Effect.forEach([...rows, ...ports, ...sizes], (row) => Console.log(JSON.stringify(row)), { discard: true })
    } else {
      const cells = rows.map((row) => [row.name, row.value ?? "-", row.source, row.unit, row.description])
      yield* Console.log(table(["setting", "value", "source", "unit", "for"], cells, process.stdout.columns ?? 240))
      const states = ports.map(({ open, port, why }) => [port, open ? "open" : "denied", why])
      const numbers = sizes.map(({ is, size, unit }) => [size, is === null ? "no limit" : String(is), unit])
      yield* Console.log(`\n${table(["port", "is", "because"], states, process.stdout.columns ?? 240)}`)
      yield* Console.log(`\n${table(["size", "is", "unit"], numbers, process.stdout.columns ?? 240)}`)
    }
    yield* Effect.forEach(warnings, (warning) => Console.error(`warning: ${warning}`), { discard: true })
    if (problems.length > 0) return yield* new SettingsInvalid({ problems })
  })
).pipe(
  Command.withDescription(
    "Print every setting with its value, source and unit, which ports are open, and the sizes that follow; fail if a setting is wrong"
  ),
  Command.withExamples([
    { command: "alga-extension-runner config", description: "What a start with this environment would use" },
    { command: "alga-extension-runner config --config runner.json --json", description: "The same as JSON lines" }
  ])
)
