import { defaultLimits, Limits } from "@alga-psa/ext-adapters-wit"
import { Schema } from "effect"

type Screaming<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? Uppercase<First> : `_${First}`}${Screaming<Rest>}`
  : ""

/** The setting of a limit: `memoryMb` is `ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB`. */
export type LimitSetting<Name extends keyof Limits = keyof Limits> = `ALGA_EXTENSION_RUNNER_LIMIT_${Screaming<Name>}`

/** The settings of all limits, with their values. */
export type LimitSettings = { readonly [Name in keyof Limits as LimitSetting<Name>]: number }

const names = Object.keys(Limits.fields) as ReadonlyArray<keyof Limits>

const settingOf = (name: keyof Limits) =>
  `ALGA_EXTENSION_RUNNER_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}` as LimitSetting

/** A limit's description and unit, as its own schema states them. */
const aboutLimit = (name: keyof Limits) => {
  const { annotations, checks } = Limits.fields[name].ast
  const described = [annotations, ...(checks ?? []).map((check) => check.annotations)].find(
    (one) => one?.["description"]
  )
  const [description = "", unit = ""] = String(described?.["description"]).split(/ Unit: |\.$/)
  return { description, unit, fallback: String(defaultLimits[name]) }
}

/** Makes the field of a setting from the schema of its limit. */
const field = (name: keyof Limits, unit: string) =>
  Schema.String.check(Schema.isPattern(/^\d{1,15}$/, { message: `must be a whole number of ${unit}` })).pipe(
    Schema.decodeTo(Schema.FiniteFromString),
    Schema.decodeTo(Limits.fields[name])
  )

/** The fields of the settings of all limits; `finish` adds what a setting says about itself. */
export const limitFields = (
  finish: (
    schema: Schema.Codec<number, string>,
    about: { readonly description: string; readonly unit: string; readonly fallback: string }
  ) => Schema.Codec<number, string>
) =>
  Object.fromEntries(
    names.map((name) => {
      const about = aboutLimit(name)
      return [settingOf(name), finish(field(name, about.unit), about)]
    })
  ) as { readonly [Name in keyof LimitSettings]: Schema.Codec<number, string> }

/** The limits that these settings name, and the defaults of the others. */
export const limitsOf = (settings: Partial<LimitSettings>): Limits =>
  Object.fromEntries(names.map((name) => [name, settings[settingOf(name)] ?? defaultLimits[name]])) as unknown as Limits
