import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"

/** A package whose code a bundle holds. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** As its `package.json` says, or `Unknown`. */
  readonly license: string
}

/** The package of a file. A `package.json` without a version, which only says how modules are read, is none. */
const packageOf = async (folder: string): Promise<BundledPackage> => {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}")
  const { license, name, version } = JSON.parse(text)
  if (typeof name === "string" && typeof version === "string") {
    return { name, version, license: typeof license === "string" ? license : "Unknown" }
  }
  if (folder === dirname(folder)) throw new Error("a file that is bundled is of no package")
  return packageOf(dirname(folder))
}

/** The packages that these files are of, each once, by name. */
export const bundledPackages = async (files: Iterable<string>): Promise<ReadonlyArray<BundledPackage>> => {
  const folders = new Set(Array.from(files, dirname))
  const packages = await Promise.all(Array.from(folders, packageOf))
  const each = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]))
  return [...each.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
}
