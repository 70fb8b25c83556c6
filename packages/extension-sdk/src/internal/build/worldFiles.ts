import { cp, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

const imported = /^[ \t]*import ([\w-]+);\n/gm

/** A world's text with what is around it in its file. */
const worldIn = async (folder: string, worldName: string) => {
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".wit"))) {
    const text = await readFile(join(folder, file), "utf8")
    const start = text.search(new RegExp(`^world ${worldName} \\{`, "m"))
    const end = text.indexOf("\n}", start)
    if (start >= 0 && end >= 0) {
      return { file, before: text.slice(0, start), world: text.slice(start, end), after: text.slice(end) }
    }
  }
  return null
}

const importsIn = (world: string): ReadonlyArray<string> =>
  Array.from(world.matchAll(imported), ([, name = ""]) => name)

/** The interfaces that a world imports, sorted; none where the folder has no such world. */
export const interfacesOfWorld = async (witDir: string, worldName: string): Promise<ReadonlyArray<string>> =>
  importsIn((await worldIn(witDir, worldName))?.world ?? "").toSorted()

/**
 * Copies a world's WIT files to `into`, with a world that imports these interfaces alone. Fails where it does not have all of
 * them. Interfaces that it does not import stay in the files.
 */
export const copyWorld = async (
  witDir: string,
  worldName: string,
  interfaces: ReadonlySet<string>,
  into: string
): Promise<void> => {
  await cp(witDir, into, { recursive: true })
  const found = await worldIn(into, worldName)
  if (found === null) throw new Error(`there is no world ${worldName} in ${witDir}`)
  const offered = importsIn(found.world)
  const missing = [...interfaces].filter((name) => name !== "types" && !offered.includes(name))
  if (missing.length > 0) throw new Error(`the world has no interface ${missing.join(", ")}`)
  const world = found.world.replace(imported, (line, name: string) => (interfaces.has(name) ? line : ""))
  await writeFile(join(into, found.file), found.before + world + found.after)
}
