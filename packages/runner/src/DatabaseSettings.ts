import { addressOf, type DatabaseAddress, parametersOf } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { Redacted, Result } from "effect"
import { type DatabaseName, databaseNames, parameterOfPart } from "./internal/databaseFields.ts"
import type { Settings } from "./Settings.ts"

export type { DatabaseName } from "./internal/databaseFields.ts"

type Texts = Readonly<Record<string, string | Redacted.Redacted | undefined>>

const plain = (value: string | Redacted.Redacted): string =>
  Redacted.isRedacted(value) ? Redacted.value(value) : value

/** What settings beside the URL say of a database: the setting, libpq's name for it, and the text. */
const beside = (name: DatabaseName, settings: Texts) =>
  [
    ...Object.entries(parameterOfPart).map(([part, parameter]) => [`${name}_${part}`, parameter] as const),
    ["DATABASE_SSLMODE", "sslmode"] as const,
    ["DATABASE_CA_FILE", "sslrootcert"] as const
  ].flatMap(([setting, parameter]) => {
    const value = settings[setting]
    return value === undefined ? [] : [{ setting, parameter, value: plain(value) }]
  })

const ofAll: ReadonlySet<string> = new Set(["DATABASE_SSLMODE", "DATABASE_CA_FILE"])

/**
 * The address of a database, after its URL and the settings beside it; null where none names it. The failure is a sentence
 * that names the settings, and shows no value.
 */
export const databaseOf = (
  settings: Partial<Settings>,
  name: DatabaseName
): Result.Result<DatabaseAddress | null, string> => {
  const url = (settings as Texts)[`${name}_URL`]
  const given = beside(name, settings as Texts)
  const own = given.filter(({ setting }) => !ofAll.has(setting))
  if (url === undefined && own.length === 0) return Result.succeed(null)
  const parameters = new Map(url === undefined ? [] : Result.getOrElse(parametersOf(plain(url)), () => new Map()))
  for (const { parameter, setting, value } of given) {
    const before = parameters.get(parameter)
    if (before !== undefined && before !== value) {
      return Result.fail(`${name}_URL and ${setting} contradict each other: remove one of them`)
    }
    parameters.set(parameter, value)
  }
  if (url === undefined && !parameters.has("host")) {
    return Result.fail(`${own[0]?.setting} is set without a server: set ${name}_HOST or ${name}_URL too`)
  }
  const whose = url === undefined ? `${name}_HOST` : `${name}_URL`
  return Result.mapError(addressOf(parameters), (why) => `${whose} ${why}`)
}

/** What is wrong with the databases of these settings. */
export const databaseProblems = (settings: Partial<Settings>): ReadonlyArray<string> =>
  databaseNames.flatMap((name) =>
    Result.match(databaseOf(settings, name), { onFailure: (why) => [why], onSuccess: () => [] })
  )

/** {@link databaseOf} settings that have no problem. */
export const databaseIn = (settings: Settings, name: DatabaseName): DatabaseAddress | null =>
  Result.getOrThrow(databaseOf(settings, name))

/** All databases of these settings. */
export const databasesIn = (settings: Settings): ReadonlyArray<DatabaseAddress> =>
  databaseNames.map((name) => databaseIn(settings, name)).filter((address) => address !== null)
