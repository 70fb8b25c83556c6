import type { Budgets } from "../Budgets.ts"
import { laidOut, render, shown } from "../Report.ts"
import type { Kept } from "./Kept.ts"
import { groups, numberAt, type Row } from "./Rows.ts"

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const markdown = (columns: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n")

const cellsOf = (
  kept: ReadonlyMap<string, Kept>,
  { beside, better, here, what }: Row
): ReadonlyArray<string> | null => {
  const value = numberAt(kept, here)
  const other = beside === null ? null : numberAt(kept, beside.place)
  if (value === null || (beside !== null && other === null)) return null
  if (beside === null || other === null) return [what, shown(value), "", "", ""]
  const times = better === "less" ? other / value : value / other
  return [what, shown(value), beside.name, shown(other), times < 100 ? times.toPrecision(2) : times.toFixed(0)]
}

const figures = (kept: ReadonlyMap<string, Kept>, group: string): string | null => {
  const rows = groups[group]?.map((row) => cellsOf(kept, row)).filter((row) => row !== null) ?? []
  return rows.length === 0 ? null : markdown(["what", "here", "beside", "there", "times better"], rows)
}

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\``

/** All tables of a bench with what they hold for; or the one whose title begins so. */
const tables = (kept: ReadonlyMap<string, Kept>, bench: string, title: string | undefined): string | null => {
  const one = kept.get(bench)
  if (one === undefined) return null
  if (title === undefined) return fenced(`${one.taken}: ${one.command}\n${render(one.report)}`)
  const table = one.report.tables.find((it) => it.title.startsWith(title))
  if (table === undefined) throw new Error(`the kept report of ${bench} has no table "${title}"`)
  return fenced(laidOut(table))
}

const goals = (kept: ReadonlyMap<string, Kept>, bench: string, budgets: Budgets): string | null => {
  const found = kept.get(bench)?.report.figures
  if (found === undefined) return null
  const rows = Object.entries(budgets[bench] ?? {}).flatMap(([name, { atMost, goal }]) => {
    const value = found[name]
    if (goal === undefined || value === undefined) return []
    const met = atMost === undefined ? value >= goal : value <= goal
    return [[name, shown(value), `at ${atMost === undefined ? "least" : "most"} ${goal}`, met ? "yes" : "no"]]
  })
  return markdown(["figure", "measured", "goal", "met"], rows)
}

/** A part of a page that is made of kept reports. */
const part = /(<!-- (tables|goals|figures) ([a-z-]+)(?:: ([^>]+))? -->\n)[\s\S]*?(<!-- end -->)/g

/** A page with its parts made anew; those whose bench has no kept report stay as they are. */
export const filled = (text: string, kept: ReadonlyMap<string, Kept>, budgets: Budgets): string =>
  text.replaceAll(part, (whole, begin: string, kind: string, name: string, title: string | undefined, end: string) => {
    const made =
      kind === "figures"
        ? figures(kept, name)
        : kind === "goals"
          ? goals(kept, name, budgets)
          : tables(kept, name, title)
    return made === null ? whole : `${begin}${made}\n${end}`
  })

/** The parts of a page, as kind and name. */
export const partsOf = (text: string): ReadonlyArray<readonly [kind: string, name: string]> =>
  Array.from(text.matchAll(part), ([, , kind = "", name = ""]) => [kind, name])
