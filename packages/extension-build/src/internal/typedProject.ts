import { existsSync } from "node:fs"
import { join } from "node:path"
import { API, type Project } from "typescript/unstable/sync"

const compilerOptions = {
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

/**
 * Lets TypeScript read an entry and all that it imports, with the path aliases of the folder's `tsconfig.json` where it
 * has one. Its options beside those do not matter: types are asked for, not checked.
 */
export const withTypedProject = <A>(folder: string, entry: string, use: (project: Project) => A): A => {
  const file = join(folder, ".alga-ext.tsconfig.json")
  const own = join(folder, "tsconfig.json")
  const config = JSON.stringify({
    ...(existsSync(own) ? { extends: own } : {}),
    files: [entry],
    include: [],
    references: [],
    compilerOptions
  })
  const api = new API({
    cwd: folder,
    fs: {
      readFile: (path) => (path === file ? config : undefined),
      fileExists: (path) => (path === file ? true : undefined)
    }
  })
  try {
    const project = api.updateSnapshot({ openProjects: [file] }).getProject(file)
    if (project === undefined) throw new Error("TypeScript gave no project")
    return use(project)
  } finally {
    api.close()
  }
}
