import { randomUUID } from "node:crypto"
import { rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"

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
