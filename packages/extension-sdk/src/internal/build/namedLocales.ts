import { readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { BuildError } from "../../BuildError.ts"

/** More than any `package.json` has. */
const mostBytes = 1024 * 1024

const textOf = (file: string): string | null => {
  const found = statSync(file, { throwIfNoEntry: false })
  return found?.isFile() && found.size <= mostBytes ? readFileSync(file, "utf8") : null
}

/** What the nearest `package.json` of a module says under `alga.locales`; none where it is broken, which whoever bundles says. */
const listedFor = (entry: string): unknown => {
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const text = textOf(join(folder, "package.json"))
    if (text !== null) {
      try {
        return JSON.parse(text)?.alga?.locales ?? []
      } catch {
        return []
      }
    }
    if (folder === dirname(folder)) return []
  }
}

const known = (entry: string, locale: unknown): string => {
  try {
    const [name] = typeof locale === "string" ? Intl.NumberFormat.supportedLocalesOf(locale) : []
    if (name !== undefined) return name
  } catch {
    // A text that can be no locale's name is told as one that Node does not know.
  }
  throw new BuildError(
    "bundle",
    entry,
    `package.json alga.locales: ${JSON.stringify(locale)} is not a locale that Node knows, such as "de-DE"`
  )
}

/** The locales that a component of this entry is to know, by their usual names. Fails with a `BuildError`. */
export const namedLocales = (entry: string, given: ReadonlyArray<string> | undefined): ReadonlyArray<string> => {
  const listed = given ?? listedFor(entry)
  if (!Array.isArray(listed)) {
    throw new BuildError(
      "bundle",
      entry,
      'package.json alga.locales: must be a list of locales such as ["en-US", "de-DE"]'
    )
  }
  return [...new Set(listed.map((locale) => known(entry, locale)))]
}
