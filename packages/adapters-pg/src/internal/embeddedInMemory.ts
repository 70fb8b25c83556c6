import { randomUUID } from "node:crypto"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { PGlite } from "@electric-sql/pglite"

const versionOf = async (): Promise<string> => {
  const file = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"))
  return JSON.parse(await readFile(file, "utf8")).version
}

/**
 * Makes an embedded database in memory. Most of the time goes into its first files, which are always the same: where
 * `ALGA_KEPT_DATABASES` names a folder, they are kept there, and taken from there by the next.
 */
export const makeInMemory = async (): Promise<PGlite> => {
  const folder = process.env["ALGA_KEPT_DATABASES"]
  if (folder === undefined) return PGlite.create()
  const file = join(folder, `pglite-${await versionOf()}.tar`)
  const kept = await readFile(file).catch(() => null)
  if (kept !== null) return PGlite.create({ loadDataDir: new Blob([kept]) })
  const database = await PGlite.create()
  const files = await database.dumpDataDir("none")
  const unfinished = `${file}.${randomUUID()}`
  await mkdir(folder, { recursive: true })
  await writeFile(unfinished, files.stream())
  await rename(unfinished, file)
  return database
}
