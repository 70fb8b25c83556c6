import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the workspace. */
export const root = fileURLToPath(new URL("../../..", import.meta.url))

/** A page that somebody reads. */
export interface Page {
  /** From the workspace's folder. */
  readonly path: string
  readonly text: string
}

const skipped = new Set(["node_modules", "dist", "api", "coverage", "reports"])

/** The copies of the change log that packages are packed with. */
const isCopy = (path: string) => /^packages\/[\w-]+\/CHANGELOG\.md$/.test(path)

const found = async (folder: string, end: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const paths = await Promise.all(
    entries
      .filter(({ name }) => !skipped.has(name) && (!name.startsWith(".") || name === ".changeset"))
      .map(async (entry) => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return found(path, end)
        return entry.name.endsWith(end) && !isCopy(path) ? [path] : []
      })
  )
  return paths.flat()
}

const read = (paths: ReadonlyArray<string>): Promise<ReadonlyArray<Page>> =>
  Promise.all(paths.toSorted().map(async (path) => ({ path, text: await readFile(join(root, path), "utf8") })))

/** Every page of the workspace, but for what is built. */
export const pages = async (): Promise<ReadonlyArray<Page>> => read(await found(".", ".md"))

/** The sources of the packages, without their tests. */
export const sourceFiles = async (): Promise<ReadonlyArray<Page>> =>
  read((await found("packages", ".ts")).filter((path) => path.split("/")[2] === "src"))

/** The page without its blocks of code. */
export const prose = ({ text }: Page): string => text.replace(/^```[\s\S]*?^```$/gm, "")
