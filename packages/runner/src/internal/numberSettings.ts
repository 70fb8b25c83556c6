import { type Bound, bounded } from "@alga-psa/ext-domain/Bound"
import { Predicate, Record, Schema } from "effect"
import { about } from "./settingAbout.ts"

type Bounds = { readonly [name: string]: Bound }

type Screaming<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? Uppercase<First> : `_${First}`}${Screaming<Rest>}`
  : ""

type Setting<Prefix extends string, Name> = `${Prefix}${Screaming<Name>}`

type NumberField<B extends Bound> = B["default"] extends null
  ? Schema.optional<Schema.Codec<number, string>>
  : Schema.Codec<number, string>

const settingOf = (prefix: string, name: string): string =>
  `${prefix}${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

/** Decodes the digits of a number. */
export const digits = (message: string) =>
  Schema.String.check(Schema.isPattern(/^\d{1,15}$/, { message })).pipe(Schema.decodeTo(Schema.FiniteFromString))

/** The field of a setting that is a number. */
export const number = <const B extends Bound>(bound: B): NumberField<B> => {
  const { default: fallback, defaultIs = null, least, most, purpose, unit } = bound
  const range = `${least} to ${most}`
  const schema = digits(`must be a whole number, ${range} ${unit}`).pipe(Schema.decodeTo(bounded(bound)))
  const described = { range, fallback: fallback === null ? null : String(fallback), fallbackIs: defaultIs }
  return (fallback === null ? Schema.optional(schema) : schema).pipe(about(purpose, unit, described)) as never
}

/** The fields of the settings of these bounds: with the prefix `LIMIT_`, that of `memoryMb` is `LIMIT_MEMORY_MB`. */
export const numberFields = <Prefix extends string, B extends Bounds>(prefix: Prefix, bounds: B) =>
  Record.mapEntries(bounds as Bounds, (bound, name) => [settingOf(prefix, name), number(bound)]) as {
    readonly [Name in keyof B as Setting<Prefix, Name>]: NumberField<B[Name]>
  }

/** What these settings say of the bounds: those that are set, by their own names. */
export const numbersOf = <B extends Bounds>(prefix: string, bounds: B, settings: object) => {
  const values = settings as { readonly [setting: string]: number | undefined }
  const named = Record.map(bounds as Bounds, (_, name) => values[settingOf(prefix, name)])
  return Record.filter(named, Predicate.isNotUndefined) as { readonly [Name in keyof B]?: number }
}
