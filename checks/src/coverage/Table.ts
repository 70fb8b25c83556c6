import { relative, sep } from "node:path"

/** How many there are, and how many of them a test reached. */
interface Count {
  readonly total: number
  readonly covered: number
}

/** What Vitest's summary says of a file, as far as it is read. */
export interface FileSummary {
  readonly lines: Count
  readonly branches: Count
}

/** What tests reached in a package. */
export interface PackageCoverage {
  /** Its folder's name, such as `domain`. */
  readonly folder: string
  readonly lines: Count
  readonly branches: Count
}

const none: Count = { total: 0, covered: 0 }
const sum = (a: Count, b: Count): Count => ({ total: a.total + b.total, covered: a.covered + b.covered })

/** Adds up a summary, whose keys are absolute paths or `total`, by package. */
export const byPackage = (
  summary: Readonly<Record<string, FileSummary>>,
  packages: string
): ReadonlyArray<PackageCoverage> => {
  const found = new Map<string, PackageCoverage>()
  for (const [path, { branches, lines }] of Object.entries(summary)) {
    if (path === "total") continue
    const folder = relative(packages, path).split(sep)[0] ?? ""
    const before = found.get(folder) ?? { folder, lines: none, branches: none }
    found.set(folder, { folder, lines: sum(before.lines, lines), branches: sum(before.branches, branches) })
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

/** Rounded down: 100 % is all of it. */
const percent = ({ covered, total }: Count): string =>
  total === 0 ? "-" : `${(Math.floor((1000 * covered) / total) / 10).toFixed(1)} %`

const cells = (count: Count): string => `${count.covered} of ${count.total} | ${percent(count)}`

/** The lines and branches that tests reached, a row for each package, in Markdown. */
export const table = (packages: ReadonlyArray<PackageCoverage>): string =>
  [
    "| package | lines | | branches | |",
    "| --- | --: | --: | --: | --: |",
    ...packages.map(({ branches, folder, lines }) => `| \`${folder}\` | ${cells(lines)} | ${cells(branches)} |`)
  ].join("\n")
