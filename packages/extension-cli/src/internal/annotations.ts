import { isAbsolute, join, relative, sep } from "node:path"
import type { Finding } from "@alga-psa/ext-extension-build/Finding"
import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"

const escaped = (text: string): string => plainLine(text).replaceAll("%", "%25")

const property = (text: string): string => escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C")

/** The file as the repository names it, where the folder is in one. */
const inRepository = (folder: string, file: string, root: string | undefined): string => {
  const path = root === undefined ? file : relative(root, join(folder, file))
  return path.startsWith("..") || isAbsolute(path) ? file : path.split(sep).join("/")
}

/**
 * A finding as a workflow of GitHub shows it beside the line. `root` is the folder of the repository. No text of a
 * finding can end the line or begin another command.
 */
export const annotation = (
  folder: string,
  { code, column, file, line, message, severity, where }: Finding,
  root: string | undefined
): string => {
  const place = [
    `file=${property(inRepository(folder, file, root))}`,
    ...(line === null ? [] : [`line=${line}`]),
    ...(column === null ? [] : [`col=${column}`]),
    `title=${property(`alga-ext ${code}`)}`
  ]
  return `::${severity === "error" ? "error" : "notice"} ${place.join(",")}::${escaped(`${where}: ${message}`)}`
}
