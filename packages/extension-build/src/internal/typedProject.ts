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

/** Where an author's own settings may lie. */
const settings = ["tsconfig.json", "src/tsconfig.json", "ui/tsconfig.json", "ui/src/tsconfig.json"]

/** An extension's code as TypeScript reads it. */
export interface TypedProjects {
  /** The entry and all that it imports. Its options do not matter: types are asked for, not checked. */
  readonly followed: Project
  /** What `tsc` would check, by the author's own settings; by the template's where the entry is not among it. */
  readonly checked: () => ReadonlyArray<Project>
}

/** Lets TypeScript read an extension, with the path aliases of its `tsconfig.json`, as long as `use` takes. */
export const withTypedProjects = <A>(folder: string, entry: string, use: (projects: TypedProjects) => A): A => {
  const own = join(folder, "tsconfig.json")
  const config = (compilerOptions: object) =>
    JSON.stringify({
      ...(existsSync(own) ? { extends: own } : {}),
      files: [entry],
      include: [],
      references: [],
      compilerOptions
    })
  const made = new Map([
    [join(folder, ".alga-ext.tsconfig.json"), config(followed)],
    [join(folder, ".alga-ext.check.tsconfig.json"), config(existsSync(own) ? { noEmit: true } : usual)]
  ])
  const [followedFile = "", checkedFile = ""] = made.keys()
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
        const projects = open(settings.map((name) => join(folder, name)).filter((file) => existsSync(file)))
        const isChecked = projects.some(({ program }) => program.getSourceFileNames().includes(entry))
        return isChecked ? projects : [...projects, ...open([checkedFile])]
      }
    })
  } finally {
    api.close()
  }
}
