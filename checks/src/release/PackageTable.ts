import { arrows, only, optionalArrows } from "./Boundaries.ts"

/** What the table of packages says that one of them imports. */
interface Row {
  readonly folder: string
  readonly names: ReadonlyArray<string>
}

/** How the table marks a package that is loaded where a command asks for it. */
const optional = (name: string): string => `${name} (optional)`

/** The rows of the table with the heading `imports`: what stands in backticks in the first column and in the third. */
const rowsOf = (page: string): ReadonlyArray<Row> => {
  const [, table = ""] = /^\| package \| holds \| imports \|\n.*\n((?:\|.*\n)*)/m.exec(page) ?? []
  return Array.from(table.matchAll(/^\| `([^`]+)` \| .* \| ([^|]*) \|$/gm), ([, folder = "", imports = ""]) => ({
    folder,
    names: Array.from(imports.matchAll(/`([^`]+)`( \(optional\))?/g), ([, name = "", mark]) =>
      mark === undefined ? name : optional(name)
    )
  }))
}

/** Where the page's table of packages differs from the arrows and from the libraries of packages that may have no others. */
export const wrongRows = (page: string): ReadonlyArray<string> => {
  const rows = rowsOf(page)
  const folders = Object.keys(arrows)
  return [
    ...rows.filter(({ folder }) => !folders.includes(folder)).map(({ folder }) => `${folder} is no package`),
    ...folders.flatMap((folder) => {
      const [row, ...more] = rows.filter((one) => one.folder === folder)
      if (row === undefined || more.length > 0) return [`${folder} has ${row === undefined ? "no row" : "two rows"}`]
      const may = [...(arrows[folder] ?? []), ...(only[folder] ?? []), ...(optionalArrows[folder] ?? []).map(optional)]
      return [
        ...may.filter((name) => !row.names.includes(name)).map((name) => `the row of ${folder} lacks ${name}`),
        ...row.names.filter((name) => !may.includes(name)).map((name) => `${folder} may not import ${name}`)
      ]
    })
  ]
}
