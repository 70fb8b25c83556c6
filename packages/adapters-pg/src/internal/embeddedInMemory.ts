import { randomUUID } from "node:crypto"
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { PGlite } from "@electric-sql/pglite"

const versionOf = async (): Promise<string> => {
  const file = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"))
  return JSON.parse(await readFile(file, "utf8")).version
}

const keep = async (database: PGlite, file: string): Promise<void> => {
  const unfinished = `${file}.${randomUUID()}`
  try {
    const files = await database.dumpDataDir("none")
    await mkdir(dirname(file), { recursive: true })
    await writeFile(unfinished, files.stream())
    await rename(unfinished, file)
  } catch {
    // The database is of use all the same.
    await rm(unfinished, { force: true }).catch(() => {})
  }
}

/**
 * Makes an embedded database in memory. Most of the time goes into its first files, which are always the same: where
 * `ALGA_KEPT_DATABASES` names a folder, they are kept there, and taken from there by the next.
 */
export const makeInMemory = async (): Promise<PGlite> => {
  const folder = process.env["ALGA_KEPT_DATABASES"]
  if (!folder) return PGlite.create()
  const file = join(folder, `pglite-${await versionOf()}.tar`)
  const kept = await readFile(file).catch(() => null)
  if (kept !== null) return PGlite.create({ loadDataDir: new Blob([kept]) })
  const database = await PGlite.create()
  await keep(database, file)
  return database
}
