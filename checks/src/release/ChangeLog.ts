/** A note of `.changeset`: what changed, for users of which packages. */
export interface Note {
  /** Their names. */
  readonly packages: ReadonlyArray<string>
  readonly text: string
}

/** The readers of the change log, in its order, with the packages that each of them uses. */
const readers: ReadonlyArray<readonly [heading: string, packages: ReadonlyArray<string>]> = [
  [
    "For authors of extensions",
    [
      "create-alga-extension",
      "@alga-psa/ext-development-host",
      "@alga-psa/ext-extension-build",
      "@alga-psa/ext-extension-cli",
      "@alga-psa/ext-extension-sdk",
      "@alga-psa/ext-sample-extension",
      "@alga-psa/ext-sample-notes"
    ]
  ],
  ["For operators", ["@alga-psa/ext-runner", "@alga-psa/ext-runner-cluster"]],
  [
    "For who builds on the packages",
    [
      "@alga-psa/ext-adapters-http",
      "@alga-psa/ext-adapters-memory",
      "@alga-psa/ext-adapters-pg",
      "@alga-psa/ext-adapters-wit",
      "@alga-psa/ext-domain"
    ]
  ]
]

/** The packages that a note may name. */
export const notedPackages: ReadonlyArray<string> = readers.flatMap(([, packages]) => packages)

/** Reads a note, such as `changeset` writes it. */
export const noteOf = (file: string): Note => {
  const [, names = "", text = ""] = /^---\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(file) ?? []
  return { packages: Array.from(names.matchAll(/^"(.+)":/gm), ([, name = ""]) => name), text: text.trim() }
}

const item = (text: string): string => `- ${text.replaceAll("\n", "\n  ").replaceAll(/ +$/gm, "")}`

/** The section of a version. A note stands with the first reader who uses one of its packages. */
export const sectionOf = (version: string, notes: ReadonlyArray<Note>): string => {
  const readerOf = (note: Note) =>
    readers.findIndex(([, packages]) => packages.some((name) => note.packages.includes(name)))
  const parts = readers.flatMap(([heading], at) => {
    const items = notes.filter((note) => note.text !== "" && readerOf(note) === at).map(({ text }) => item(text))
    return items.length === 0 ? [] : [`### ${heading}\n\n${items.join("\n")}`]
  })
  return [`## ${version}`, ...parts].join("\n\n")
}

/** The change log with a section before those of older versions. */
export const withSection = (changeLog: string, section: string): string =>
  changeLog.replace(/^(?=## )/m, () => `${section}\n\n`)

/** The newest version of a change log, or null where it has none. */
export const newestIn = (changeLog: string): string | null => /^## (\S+)$/m.exec(changeLog)?.[1] ?? null
