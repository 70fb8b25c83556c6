import { readFileSync, realpathSync, statSync } from "node:fs"
import { dirname, join, resolve, sep } from "node:path"
import type { Metafile } from "esbuild"
import { FileRefused } from "../../FileRefused.ts"

/** Read as code, so that what a bundle shows of them is a program and not their text. */
const code = /\.([cm]?[jt]s|[jt]sx|css)$/

/** Not files: what a package switches off for browsers, data written in the source itself, and a module of the build's own. */
const noFile = /^(\(disabled\):|<data:|dataurl:|alga:alga:)/

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

const isNamed = (folder: string): boolean => {
  try {
    return typeof JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name === "string"
  } catch {
    return false
  }
}

/** The folder of the extension or package that a module belongs to; its own folder where it belongs to none. */
const packageOf = (file: string): string => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (isThere(join(folder, "manifest.json")) || isNamed(folder)) return folder
  }
  return dirname(file)
}

/** The folder of an installed package, as a module would find it; null where `written` names none. */
const installed = (file: string, written: string): string | null => {
  const [name] = /^(@[^/]+\/)?[^./@][^/]*/.exec(written) ?? []
  if (name === undefined) return null
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, "node_modules", name)
    if (isThere(found)) return isNamed(found) ? realpathSync(found) : null
  }
  return null
}

const lies = (file: string, folder: string | null): boolean => folder !== null && file.startsWith(folder + sep)

/** The file behind a name of the bundler's, which may carry import attributes or a query. */
const fileOf = (folder: string, name: string): string => {
  const path = resolve(folder, name)
  const spellings = [path, path.replace(/ with \{.*$/, ""), path.replace(/[?#].*$/, "")]
  return spellings.find(isThere) ?? path
}

type Inputs = Metafile["inputs"]

/** The files that are bundled by their bytes. */
const dataIn = (inputs: Inputs): ReadonlyArray<string> =>
  Object.entries(inputs)
    .filter(
      ([name, input]) => !noFile.test(name) && (input.with !== undefined || !code.test(name) || /[?#]/.test(name))
    )
    .map(([name]) => name)

/**
 * Refuses data (JSON, texts, whatever is bundled by its bytes) from outside of the package whose module imports it: the
 * text of any file of the author's machine could be bundled so. Code is resolved as usual.
 */
export const refuseForeignData = ({ inputs }: Pick<Metafile, "inputs">, folder: string): void => {
  const modules = Object.entries(inputs).map(([name, { imports }]) => ({ file: resolve(folder, name), imports }))
  for (const name of dataIn(inputs)) {
    const file = fileOf(folder, name)
    const isOwn = modules.some(({ file: from, imports }) =>
      imports.some(({ external, original = "", path }) =>
        // An import by a pattern names no file.
        external === true && path.includes("*")
          ? lies(file, packageOf(from))
          : path === name && (lies(file, packageOf(from)) || lies(file, installed(from, original)))
      )
    )
    if (isOwn) continue
    throw new FileRefused(file, "is data from outside of the package that imports it: copy it into the extension")
  }
}
