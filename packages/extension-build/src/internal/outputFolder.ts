import { lstat, mkdir } from "node:fs/promises"
import { join } from "node:path"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"

/** Makes a folder and those around it, below `root`. One that is a link is refused: what is written would land elsewhere. */
export const makeOutputFolder = async (root: string, ...names: ReadonlyArray<string>): Promise<string> => {
  let folder = root
  for (const name of names) {
    folder = join(folder, name)
    const found = await lstat(folder).catch(() => null)
    if (found === null) await mkdir(folder, { recursive: true })
    else if (!found.isDirectory()) {
      throw new FileRefused(folder, "is a link, or not a folder, and builds are written there: remove it")
    }
  }
  return folder
}
