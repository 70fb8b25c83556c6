import type { Schema } from "effect"

/** What a setting is, beside its values. */
export interface SettingAbout {
  readonly description: string
  readonly unit: string
  /** Which numbers it may be; empty where its unit or its description says it. */
  readonly range: string
  /** The text that counts where nothing is set; null where the setting may stay unset. */
  readonly fallback: string | null
  /** The default in words, where it depends on the machine or on another setting. */
  readonly fallbackIs: string | null
  /** Whether it must be set. */
  readonly required: boolean
  /** The setting that may be set in its place; null where there is none. */
  readonly unless: string | null
  /** A secret is never shown. */
  readonly secret: boolean
}

const usual = { range: "", fallback: null, fallbackIs: null, required: false, unless: null, secret: false }

/** Says of a setting what it is. */
export const about =
  (description: string, unit: string, more: Partial<SettingAbout> = {}) =>
  <S extends Schema.Top>(schema: S): S["Rebuild"] =>
    schema.annotateKey({ about: { ...usual, description, unit, ...more } satisfies SettingAbout })
