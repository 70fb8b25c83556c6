import { brokenRules } from "@alga-psa/ext-domain"
import { Effect, FileSystem, Option, Redacted, Result, Schema } from "effect"
import { aboutSetting, type SettingName, Settings, settingNames, settingPrefix } from "./Settings.ts"

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
export type SettingSource = "environment" | "file" | "default" | "not set"

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
  /** Those that are set and right. */
  readonly values: Partial<Settings>
  /** Null where there are problems. */
  readonly settings: Settings | null
}

/** The texts that a settings file holds, by name. */
export type SettingsFile = Readonly<Record<string, string>>

const FileText = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]))
)

/** Reads a settings file: one JSON object of names and texts, numbers or booleans (true is `on`). */
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
      typeof value === "boolean" ? (value ? "on" : "off") : String(value)
    ])
  )
})

/** An address without the user and password that it may hold. */
const withoutUser = (value: string): string => value.replace(/:\/\/[^/?#]*@/g, "://<redacted>@")

const isSetting = (name: string): name is SettingName => settingNames.some((known) => known === name)

/** Kubernetes describes every service of a namespace in such variables; they are not meant as settings. */
const describesService = /^(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_.+)?)$/

const unknownNames = (environment: SettingsFile, file: SettingsFile): ReadonlyArray<string> => [
  ...Object.keys(environment).filter(
    (name) =>
      name.startsWith(settingPrefix) &&
      name !== settingsFileVariable &&
      !isSetting(name) &&
      !describesService.test(name.slice(settingPrefix.length))
  ),
  ...Object.keys(file).filter((name) => !isSetting(name))
]

/**
 * All settings: a name's value in the environment counts before the one in the file, and that before the default. A
 * blank value counts as not set.
 */
export const settingsReport = (environment: SettingsFile, file: SettingsFile): SettingsReport => {
  const problems = unknownNames(environment, file).map((name) => `${name} is not a setting; \`config\` lists them all`)
  const values: Record<string, unknown> = {}
  const given = (texts: SettingsFile, name: SettingName) => (texts[name]?.trim() === "" ? undefined : texts[name])

  const readings = settingNames.map((name): SettingReading => {
    const { description, fallback, required, secret } = aboutSetting(name)
    const fromEnvironment = given(environment, name)
    const value = fromEnvironment ?? given(file, name) ?? fallback
    if (value === null) {
      const problem = required ? `is not set: ${description}` : null
      if (problem !== null) problems.push(`${name} ${problem}`)
      return { name, source: "not set", shown: null, problem }
    }
    const source = fromEnvironment !== undefined ? "environment" : given(file, name) !== undefined ? "file" : "default"
    const decoded = Schema.decodeUnknownResult(Settings.fields[name])(value)
    const shown = secret ? String(Redacted.make(value)) : withoutUser(value)
    if (Result.isSuccess(decoded)) {
      values[name] = decoded.success
      return { name, source, shown, problem: null }
    }
    const problem = brokenRules(decoded.failure.issue)[0].message
    problems.push(`${name} ${problem} (from the ${source})`)
    return { name, source, shown, problem }
  })

  if ((values["AWS_ACCESS_KEY_ID"] === undefined) !== (values["AWS_SECRET_ACCESS_KEY"] === undefined)) {
    problems.push("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both or neither")
  }
  if (values["RUNNER_SERVICE_TOKEN_CHECK"] === "on" && values["RUNNER_SERVICE_TOKEN"] === undefined) {
    problems.push(
      "RUNNER_SERVICE_TOKEN is not set: set it, or set RUNNER_SERVICE_TOKEN_CHECK=off to accept every caller"
    )
  }
  const settings = problems.length === 0 ? (values as unknown as Settings) : null
  return { readings, problems, values: values as Partial<Settings>, settings }
}

/** The report over the process's environment and the file that `--config` or the environment names, if any. */
export const readSettings = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  )
  const path = Option.getOrUndefined(file) ?? environment[settingsFileVariable]
  return settingsReport(environment, path ? yield* readSettingsFile(path) : {})
})

/** The settings, or every problem at once. */
export const loadSettings = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const { problems, settings } = yield* readSettings(file)
  return settings ?? (yield* new SettingsInvalid({ problems }))
})
