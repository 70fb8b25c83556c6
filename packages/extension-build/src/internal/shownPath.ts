import { relative, sep } from "node:path"

/**
 * A file as messages name it: relative to the extension's folder. One of a package that lies elsewhere, as with a workspace or a
 * package store, begins with its `node_modules`.
 */
export const shownPath = (folder: string, file: string): string => {
  const path = relative(folder, file).split(sep).join("/")
  return path.startsWith("../") ? path.replace(/^.*\/(?=node_modules\/)/, "") : path
}

/** Whether a file is the extension's own, and not a package's. */
export const isOwnFile = (folder: string, file: string): boolean => {
  const path = shownPath(folder, file)
  return !path.startsWith("../") && !path.split("/").includes("node_modules")
}
