import { alwaysGranted, type Capability } from "@alga-psa/ext-domain"
import { bytesText } from "@alga-psa/ext-extension-build/BytesText"
import type { BundleDiff } from "./BundleDiff.ts"

type Side = BundleDiff["old"]

/** How many names of one kind are shown. */
const most = 20

/** The first lines of a list, and how many more there are. */
const few = (lines: ReadonlyArray<string>, all: number, mark: string, what: string): ReadonlyArray<string> => [
  ...lines,
  ...(all > most ? [`  ${mark} … and ${all - most} more ${what}`] : [])
]

const named = (names: ReadonlyArray<string>, mark: string, title: string, what: string): ReadonlyArray<string> =>
  few(
    names.slice(0, most).map((name) => `  ${mark} ${title}${name}`),
    names.length,
    mark,
    what
  )

const change = (before: string, after: string): string => (before === after ? before : `${before} → ${after}`)

const row = (title: string, text: string): string => `  ${title.padEnd(12)}${text}`

const grants = {
  always: "needs no grant",
  "as before": "works at once where that was granted to the old version",
  needed: "needs a grant",
  undeclared: "is not declared: a host refuses it"
} as const

const authorLines = (
  authorSays: ReadonlyArray<{ readonly at: string; readonly written: string }>
): ReadonlyArray<string> =>
  authorSays.slice(0, 5).map(({ at, written }) => `      by the author's word: ${at} ${written}`)

const capabilityLines = ({ added, removed }: BundleDiff["capabilities"]): ReadonlyArray<string> => {
  const lines = added.slice(0, most).flatMap(({ authorSays, known, name, usable }) => {
    const granted = alwaysGranted.has(name as Capability) ? grants.always : grants.needed
    const state = known ? (usable ? granted : "the component cannot use it") : "no capability of this version"
    return [`  + ${name}: ${state}`, ...authorLines(authorSays)]
  })
  return [...few(lines, added.length, "+", "capabilities"), ...named(removed, "-", "", "capabilities")]
}

const interfaceLines = (
  { added, removed }: BundleDiff["interfaces"],
  addedNames: ReadonlySet<string>
): ReadonlyArray<string> => [
  ...added.flatMap(({ authorSays, capability, grant, name }) => [
    `  + interface ${name} of ${capability}: ${grants[grant]}`,
    ...(addedNames.has(capability) ? [] : authorLines(authorSays))
  ]),
  ...removed.map((name) => `  - interface ${name}`)
]

const memoryText = ({ memory }: Side): string =>
  memory === null
    ? "no component"
    : `${memory.startKib} KiB, ${memory.maximumKib === null ? "no bound of its own" : `at most ${memory.maximumKib} KiB`}`

const componentText = ({ componentBytes }: Side): string =>
  componentBytes === null ? "none" : bytesText(componentBytes)

const pageText = ({ page }: Side): string =>
  page === null ? "none" : `${page.entry ?? "no entry"}, ${page.files} files, ${bytesText(page.bytes)}`

const verdicts = {
  more: "asks for more",
  less: "asks for less",
  same: "asks for the same"
} as const

/** A difference for people to read, most important first. Texts in it are strangers': show each line as a plain one. */
export const diffLines = (diff: BundleDiff): ReadonlyArray<string> => {
  const { capabilities, endpoints, interfaces, new: now, old, page, verdict } = diff
  const addedNames = new Set(capabilities.added.map(({ name }) => name))
  return [
    `${change(old.name, now.name)} ${change(old.version, now.version)}: ${verdicts[verdict]}`,
    ...(old.name === now.name ? [] : ["  these are two extensions, by their names"]),
    ...capabilityLines(capabilities),
    ...interfaceLines(interfaces, addedNames),
    ...named(endpoints.added, "+", "endpoint ", "endpoints"),
    ...named(endpoints.removed, "-", "endpoint ", "endpoints"),
    row("publisher", change(old.publisher, now.publisher)),
    row(
      "page",
      `${change(pageText(old), pageText(now))}${page === "changed" || page === "unchanged" ? `, ${page}` : ""}`
    ),
    row("engine", change(old.engine ?? "not named", now.engine ?? "not named")),
    row("bundle", change(bytesText(old.bundleBytes), bytesText(now.bundleBytes))),
    row("component", change(componentText(old), componentText(now))),
    row("memory", change(memoryText(old), memoryText(now))),
    "An update runs under the old grants until somebody grants more."
  ]
}
