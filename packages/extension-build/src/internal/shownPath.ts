import { readFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"

const slashed = (path: string): string => path.split(sep).join("/")

/** The folder and name of the package around a file, by its `package.json`; null where there is none. */
export const packageAround = (file: string): { readonly folder: string; readonly name: string } | null => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      if (typeof name === "string") return { folder, name }
    } catch {
      // None here: the folder around it.
    }
  }
  return null
}

/**
 * A file as messages name it: relative to the extension's folder. One of a package that lies elsewhere, as with a workspace or a
 * package store, begins with its `node_modules`, or with the name of its package.
 */
export const shownPath = (folder: string, file: string): string => {
  const path = slashed(relative(folder, file))
  if (!path.startsWith("../")) return path
  const installed = path.replace(/^.*\/(?=node_modules\/)/, "")
  const around = installed === path ? packageAround(file) : null
  return around === null ? installed : `${around.name}/${slashed(relative(around.folder, file))}`
}

/** Whether a file is the extension's own, and not a package's. */
export const isOwnFile = (folder: string, file: string): boolean => {
  const path = slashed(relative(folder, file))
  return !path.startsWith("../") && !path.split("/").includes("node_modules")
}
