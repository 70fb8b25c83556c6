import { glob, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { anchorOf } from "../Anchors.ts"

const heading = /^#+ (.+)$/gm
const toHeading = /\]\(#([\w-]+?)(-\d+)?\)/g

/** The page with its links to headings mended: TypeDoc numbers those of one name otherwise than the site. */
export const withMendedAnchors = (text: string): string => {
  const anchors = new Set(Array.from(text.matchAll(heading), ([, title = ""]) => anchorOf(title)))
  return text.replace(toHeading, (whole, name: string, number: string | undefined) =>
    number !== undefined && !anchors.has(name + number) && anchors.has(name) ? `](#${name})` : whole
  )
}

/** The same for all pages in a folder. */
export const mendAnchors = async (folder: string): Promise<void> => {
  for await (const name of glob("**/*.md", { cwd: folder })) {
    const file = join(folder, name)
    await writeFile(file, withMendedAnchors(await readFile(file, "utf8")))
  }
}
