import { thisContainer } from "@alga-psa/ext-adapters-wit"
import type { Container } from "@alga-psa/ext-adapters-wit/Container"
import { brokenRules } from "@alga-psa/ext-domain"
import { Context, Effect, FileSystem, Option, Redacted, Result, Schema } from "effect"
import { databaseProblems } from "./DatabaseSettings.ts"
import { cachePlace } from "./internal/cachePlace.ts"
import { bothOf, noSecretFiles, readSecretFiles, type SecretFiles, type SettingsFile } from "./internal/secretFiles.ts"
import { describesService, isOfOwnService, isServicePort } from "./internal/serviceVariables.ts"
import { sizeProblems, sizeWarnings } from "./internal/sizeProblems.ts"
import { telemetryWarnings } from "./internal/telemetrySettings.ts"
import { aboutSetting, type SettingName, Settings, settingNames, settingPrefix } from "./Settings.ts"
import { sizesOf } from "./Sizes.ts"

/** What commands read beside the settings. */
const ofCommands: ReadonlySet<string> = new Set(
  ["DATABASE_ADMIN_URL", "DATABASE_READER_PASSWORD"].flatMap((name) => [name, `${name}_FILE`])
)

/** The name of the variable that says where the settings file is. */
export const settingsFileVariable = `${settingPrefix}CONFIG`

/** The settings stop the start. The message names each setting and what was expected, and shows no value. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.problems.join("; ")
  }
}

/** Where a setting's value comes from. */
export type SettingSource = "environment" | "file" | "secret file" | "default" | "not set"

/** One setting as it was found. */
export interface SettingReading {
  readonly name: SettingName
  readonly source: SettingSource
  /** As it may be shown: a secret is redacted, what is not set is null. */
  readonly shown: string | null
  /** What is wrong with it, or null. */
  readonly problem: string | null
}

/** All settings, and what is wrong with them. */
export interface SettingsReport {
  readonly readings: ReadonlyArray<SettingReading>
  /** Names that are no settings, and readings that break their rule. */
  readonly problems: ReadonlyArray<string>
  /** Names in the environment that look as if they were meant as settings, and sizes that the container does not have. */
  readonly warnings: ReadonlyArray<string>
  /** Those that are set and right. */
  readonly values: Partial<Settings>
  /** Null where there are problems. */
  readonly settings: Settings | null
}

export type { SettingsFile } from "./internal/secretFiles.ts"

const FileText = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]))
)

const isSetting = (name: string): name is SettingName => settingNames.some((known) => known === name)

/** A boolean of a settings file as the setting takes it: OpenTelemetry's are true or false, all others on or off. */
const booleanText = (name: string, value: boolean): string =>
  isSetting(name) && aboutSetting(name).unit === "true, false" ? String(value) : value ? "on" : "off"

/** Reads a settings file: one JSON object of names and texts, numbers or booleans. */
export const readSettingsFile = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const invalid = (why: string) => new SettingsInvalid({ problems: [`the settings file ${path} ${why}`] })
  const content = yield* Effect.mapError(files.readFileString(path), () => invalid("cannot be read"))
  const values = yield* Effect.mapError(Schema.decodeUnknownEffect(FileText)(content), () =>
    invalid("is not a JSON object whose values are texts, numbers or booleans")
  )
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "boolean" ? booleanText(name, value) : String(value)
    ])
  )
})

/** An address without the user and password that it may hold. */
const withoutUser = (value: string): string => value.replace(/:\/\/[^/?#]*@/g, "://<redacted>@")

/** Whether a name is that of a secret with `_FILE` behind it: the file that holds it. */
const isSecretFile = (name: string): boolean => {
  const secret = name.replace(/_FILE$/, "")
  return secret !== name && isSetting(secret) && aboutSetting(secret).secret
}

const unknownNames = (environment: SettingsFile, file: SettingsFile): ReadonlyArray<string> => [
  ...Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(settingPrefix) &&
    name !== settingsFileVariable &&
    !isSetting(name) &&
    !isSecretFile(name) &&
    !isOfOwnService(name) &&
    !describesService(name, value)
      ? [name]
      : []
  ),
  ...Object.keys(file).filter((name) => !isSetting(name) && !isSecretFile(name))
]

/** Names that other programs may use, and that an operator may have intended for this one. */
const meantForUs = /^(DATABASE|RUNNER|IDEMPOTENCY)_/

/** A service by the runner's name has this variable from Kubernetes; by hand, it was meant as the port to listen on. */
const ownPort = `${settingPrefix}PORT`

const warningsOf = (environment: SettingsFile, file: SettingsFile): ReadonlyArray<string> => [
  ...Object.entries(environment).flatMap(([name, value]) =>
    (meantForUs.test(name) || isOfOwnService(name)) &&
    !isSetting(name) &&
    !isSecretFile(name) &&
    !ofCommands.has(name) &&
    !describesService(name, value)
      ? [`${name} is set and is not a setting${name === ownPort ? ": PORT is" : ""}; \`config\` lists them all`]
      : []
  ),
  ...telemetryWarnings({ ...file, ...environment }, (name) => isSetting(name) || isSecretFile(name))
]

const portNames = ["PORT", "ALGA_EXTENSION_RUNNER_UI_PORT", "ALGA_EXTENSION_RUNNER_HEALTH_PORT"] as const

/** Two servers cannot have one port, and where the system lets them, it gives either any connection. */
const portProblems = (values: Partial<Settings>): ReadonlyArray<string> =>
  portNames.flatMap((name, index) => {
    const port = values[name]
    const other = portNames.slice(0, index).find((before) => values[before] === port)
    return port === undefined || port === 0 || other === undefined
      ? []
      : [`${name} is ${port}, and so is ${other}: give each a port of its own`]
  })

/**
 * All settings: a name's value in the environment counts before the one in the file, and that before the default. A
 * blank value counts as not set. With a container, what contradicts it is a problem or a warning.
 */
export const settingsReport = (
  environment: SettingsFile,
  file: SettingsFile,
  secrets: SecretFiles = noSecretFiles,
  container: Container | null = null
): SettingsReport => {
  const problems = unknownNames(environment, file).map((name) => `${name} is not a setting; \`config\` lists them all`)
  const values: Record<string, unknown> = {}
  const given = (texts: SettingsFile, name: SettingName) =>
    texts[name]?.trim() === "" || isServicePort(name, texts[name]) ? undefined : texts[name]
  const isGiven = (name: SettingName) => given(environment, name) !== undefined || given(file, name) !== undefined

  const readings = settingNames.map((name): SettingReading => {
    const { description, fallback, required, secret, unit, unless } = aboutSetting(name)
    const unreadable = secrets.problems.get(name)
    if (unreadable !== undefined) {
      problems.push(`${name}${unreadable}`)
      return { name, source: "secret file", shown: null, problem: unreadable.trim() }
    }
    const fromEnvironment = given(environment, name)
    const value = fromEnvironment ?? given(file, name) ?? fallback
    if (value === null) {
      const isMissing = required && !(unless !== null && isGiven(unless as SettingName))
      const problem = isMissing ? `is not set: ${description}` : null
      if (problem !== null) problems.push(`${name} ${problem}`)
      return { name, source: "not set", shown: null, problem }
    }
    const where = fromEnvironment !== undefined ? "environment" : given(file, name) !== undefined ? "file" : "default"
    const source = secrets.names.has(name) ? "secret file" : where
    const decoded = Schema.decodeUnknownResult(Settings.fields[name])(value)
    const shown = secret ? String(Redacted.make(value)) : withoutUser(value)
    if (Result.isSuccess(decoded)) {
      values[name] = decoded.success
      return { name, source, shown, problem: null }
    }
    const problem = brokenRules(decoded.failure.issue)[0].message
    problems.push(`${name} ${problem} (from the ${source})`)
    // A text that is not a URL, or a URL in the wrong place, may hold a password where nobody expects one.
    const mayHoldLogin = unit.includes("URL") || value.includes("@")
    return { name, source, shown: mayHoldLogin ? String(Redacted.make(value)) : shown, problem }
  })

  problems.push(...databaseProblems(values as Partial<Settings>), ...portProblems(values as Partial<Settings>))
  if ((values["AWS_ACCESS_KEY_ID"] === undefined) !== (values["AWS_SECRET_ACCESS_KEY"] === undefined)) {
    problems.push("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both or neither")
  }
  if (
    values["RUNNER_SERVICE_TOKEN_CHECK"] === "on" &&
    !isGiven("RUNNER_SERVICE_TOKEN") &&
    !secrets.problems.has("RUNNER_SERVICE_TOKEN")
  ) {
    problems.push(
      "RUNNER_SERVICE_TOKEN is not set: set it, or set RUNNER_SERVICE_TOKEN_CHECK=off to accept every caller"
    )
  }
  if (
    values["ALGA_EXTENSION_RUNNER_ACCESS_TOKEN"] !== undefined &&
    values["DATABASE_ACCESS_READER_URL"] === undefined &&
    values["DATABASE_ACCESS_READER_HOST"] === undefined
  ) {
    problems.push("ALGA_EXTENSION_RUNNER_ACCESS_TOKEN is set without DATABASE_ACCESS_READER_URL: set both or neither")
  }
  const warnings = [...warningsOf(environment, file)]
  if (container !== null && typeof values["EXT_CACHE_ROOT"] === "string") {
    const cache = cachePlace(values["EXT_CACHE_ROOT"])
    const sizes = sizesOf(values, container, cache)
    problems.push(...sizeProblems(values, container, cache, sizes))
    warnings.push(...sizeWarnings(values, container, sizes))
  }
  const settings = problems.length === 0 ? (values as unknown as Settings) : null
  return { readings, problems, warnings, values: values as Partial<Settings>, settings }
}

/** The variables that settings are read from. Default: those of this process, as they are when they are read. */
export const Environment = Context.Reference<NodeJS.ProcessEnv>("@alga-psa/ext-runner/Environment", {
  defaultValue: () => process.env
})

/** The report over the environment and the file that `--config` or the environment names, if any. */
export const readSettings = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const environment = Object.fromEntries(
    Object.entries(yield* Environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  )
  const path = Option.getOrUndefined(file) ?? environment[settingsFileVariable]
  const inEnvironment = yield* readSecretFiles(environment)
  const inFile = yield* readSecretFiles(path ? yield* readSettingsFile(path) : {})
  return settingsReport(inEnvironment.texts, inFile.texts, bothOf(inEnvironment, inFile), thisContainer())
})

/** The settings with what is odd about the environment, or every problem at once. */
export const settingsWithWarnings = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const { problems, settings, warnings } = yield* readSettings(file)
  return { settings: settings ?? (yield* new SettingsInvalid({ problems })), warnings }
})

/** The settings, or every problem at once. */
export const loadSettings = Effect.fnUntraced(function* (file: Option.Option<string>) {
  return (yield* settingsWithWarnings(file)).settings
})
