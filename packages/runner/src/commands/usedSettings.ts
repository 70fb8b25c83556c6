import { Effect, type Option, Result } from "effect"
import { type DatabaseName, databaseOf } from "../DatabaseSettings.ts"
import { readSettings, SettingsInvalid } from "../SettingsSource.ts"

const ofDatabase = (name: DatabaseName) => [
  "DATABASE_CA_FILE",
  "DATABASE_SSLMODE",
  ...["URL", "HOST", "PORT", "NAME", "USER", "PASSWORD"].map((part) => `${name}_${part}`)
]

/** The settings that a command uses, and its database. Problems of other settings do not matter there. */
export const usedSettings = Effect.fnUntraced(function* (
  file: Option.Option<string>,
  name: DatabaseName,
  ...further: ReadonlyArray<string>
) {
  const used: ReadonlySet<string> = new Set([...ofDatabase(name), ...further])
  const { readings, values } = yield* readSettings(file)
  const wrong = readings.flatMap((reading) =>
    used.has(reading.name) && reading.problem !== null ? `${reading.name} ${reading.problem}` : []
  )
  if (wrong.length > 0) return yield* new SettingsInvalid({ problems: wrong })
  const database = Result.getOrElse(databaseOf(values, name), (why) => new SettingsInvalid({ problems: [why] }))
  if (database instanceof SettingsInvalid) return yield* database
  if (database === null) return yield* new SettingsInvalid({ problems: [`${name}_URL is not set`] })
  return { database, values }
})
