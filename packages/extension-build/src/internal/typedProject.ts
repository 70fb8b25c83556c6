import { existsSync } from "node:fs"
import { join } from "node:path"
import { API, type Project } from "typescript/unstable/sync"

/** Options under which all code of a bundle has types, whatever its author's are. */
const followed = {
  target: "es2024",
  lib: ["es2024", "esnext"],
  module: "esnext",
  moduleResolution: "bundler",
  types: [],
  strict: true,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  composite: false,
  incremental: false,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  jsx: "preserve"
}

/** Options of an extension without a `tsconfig.json`: those of the template, with JavaScript as it is. */
const usual = { ...followed, lib: ["es2024"], types: ["@alga-psa/ext-extension-sdk/globals"], checkJs: false }

/** Options of a page without a `tsconfig.json`: a browser's, with styles that it imports. */
const ofPage = {
  ...usual,
  lib: ["es2024", "dom", "dom.iterable"],
  types: [],
  jsx: "react-jsx",
  noUncheckedSideEffectImports: false
}

const pages = ["ui/src/main.tsx", "ui/src/main.ts"]

/** Where an author's own settings may lie. */
const settings = ["tsconfig.json", "src/tsconfig.json", "ui/tsconfig.json", "ui/src/tsconfig.json"]

/** An extension's code as TypeScript reads it. */
export interface TypedProjects {
  /** The entry and all that it imports. Its options do not matter: types are asked for, not checked. */
  readonly followed: Project
  /** What `tsc` would check, by the author's own settings; by the usual ones where the entry or the page is not among it. */
  readonly checked: () => ReadonlyArray<Project>
}

/** Lets TypeScript read an extension, with the path aliases of its `tsconfig.json`, as long as `use` takes. */
export const withTypedProjects = <A>(folder: string, entry: string, use: (projects: TypedProjects) => A): A => {
  const own = join(folder, "tsconfig.json")
  const isThere = (file: string): boolean => existsSync(file)
  const config = (file: string, compilerOptions: object, extended: boolean) =>
    JSON.stringify({
      ...(extended && isThere(own) ? { extends: own } : {}),
      files: [file],
      include: [],
      references: [],
      compilerOptions
    })
  const page = pages.map((name) => join(folder, name)).find(isThere)
  const made = new Map([
    [join(folder, ".alga-ext.tsconfig.json"), config(entry, followed, true)],
    [join(folder, ".alga-ext.check.tsconfig.json"), config(entry, isThere(own) ? { noEmit: true } : usual, true)],
    [join(folder, ".alga-ext.page.tsconfig.json"), config(page ?? entry, ofPage, false)]
  ])
  const [followedFile = "", checkedFile = "", pageFile = ""] = made.keys()
  const api = new API({
    cwd: folder,
    fs: {
      readFile: (path) => made.get(path),
      fileExists: (path) => (made.has(path) ? true : undefined)
    }
  })
  const open = (files: ReadonlyArray<string>): ReadonlyArray<Project> => {
    const snapshot = api.updateSnapshot({ openProjects: [...files] })
    return files.flatMap((file) => snapshot.getProject(file) ?? [])
  }
  try {
    const [project] = open([followedFile])
    if (project === undefined) throw new Error("TypeScript gave no project")
    return use({
      followed: project,
      checked: () => {
        const projects = open(settings.map((name) => join(folder, name)).filter(isThere))
        const isChecked = (file: string | undefined) =>
          file === undefined || projects.some(({ program }) => program.getSourceFileNames().includes(file))
        const added = [...(isChecked(entry) ? [] : [checkedFile]), ...(isChecked(page) ? [] : [pageFile])]
        return [...projects, ...open(added)]
      }
    })
  } finally {
    api.close()
  }
}
