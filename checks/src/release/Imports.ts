import { glob, readFile } from "node:fs/promises"
import { join, posix } from "node:path"
import { own } from "./Boundaries.ts"
import { root } from "./Packages.ts"

/** What a module of a package's `src` imports from the packages of this workspace. */
export interface Import {
  /** Both as `runner/src/Runner.ts`. */
  readonly from: string
  readonly to: string
  /** Whether it is an `import()` in a function or a condition, which loads the other module later or never. */
  readonly later: boolean
}

/** Between the braces may be comments. */
const statement = /^(?:import|export)\s+(?:[\w\s,*$]*(?:\{[^}]*\}\s*)?from\s+)?"([^"]+)"/gm
/** The type of another module, as in `import("./A.ts").A`, which loads nothing and is there at once. */
const type = /\bimport\(\s*"([^"]+)"\s*\)(?=\.(?!(?:then|catch|finally)\b))/g
const call = /\bimport\(\s*"([^"]+)"\s*\)(?!\.(?!(?:then|catch|finally)\b))/g

/** What `createRequire` makes, called by a name or in place. */
const required = /\b(?:require|createRequire\((?:[^()]|\([^()]*\))*\))\(\s*"([^"]+)"/g

/** Whether what stands there in a module runs later or never. Statements of the module itself begin at the left. */
const isLater = (text: string, at: number): boolean => {
  const starts = Array.from(text.matchAll(/^[^\s)}\]]/gm), ({ index }) => index)
  const before = text.slice(Math.max(0, ...starts.filter((start) => start <= at)), at)
  return /=>|\bfunction\b|\)[^()]*\{/.test(before)
}

const moduleOf = (from: string, specifier: string): string | null => {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier)
  if (!specifier.startsWith(own)) return null
  const [folder, ...path] = specifier.slice(own.length).split("/")
  return `${folder}/src/${path.length === 0 ? "index" : path.join("/")}.ts`
}

/** The imports in the text of a module, types among them. */
export const importsIn = (from: string, text: string): ReadonlyArray<Import> =>
  [statement, type, required, call].flatMap((pattern) =>
    Array.from(text.matchAll(pattern)).flatMap(({ 1: specifier = "", index }) => {
      const to = moduleOf(from, specifier)
      return to === null ? [] : [{ from, to, later: pattern === call && isLater(text, index) }]
    })
  )

/** The imports of all packages' modules. */
export const workspaceImports = async (): Promise<ReadonlyArray<Import>> => {
  const packages = join(root, "packages")
  const found: Array<Import> = []
  for await (const file of glob("*/src/**/*.{ts,tsx}", { cwd: packages })) {
    found.push(...importsIn(file.replaceAll("\\", "/"), await readFile(join(packages, file), "utf8")))
  }
  return found
}
