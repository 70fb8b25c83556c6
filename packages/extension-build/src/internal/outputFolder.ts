import { randomUUID } from "node:crypto"
import { lstat, mkdir, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"

/** Makes a folder and those around it, below `root`. One that is a link is refused: what is written would land elsewhere. */
export const makeOutputFolder = async (root: string, ...names: ReadonlyArray<string>): Promise<string> => {
  let folder = root
  for (const name of names) {
    folder = join(folder, name)
    const found = await lstat(folder).catch(() => null)
    if (found === null) await mkdir(folder, { recursive: true })
    else if (!found.isDirectory()) {
      throw new FileRefused(folder, "is a link or no folder, and builds are written there: remove it")
    }
  }
  return folder
}

/** Writes a file whole, in place of whatever has its name; where that is a link, the link goes and not what it leads to. */
export const replaceFile = async (file: string, bytes: Uint8Array): Promise<void> => {
  const draft = join(dirname(file), `.${randomUUID()}`)
  try {
    await writeFile(draft, bytes, { flag: "wx" })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
