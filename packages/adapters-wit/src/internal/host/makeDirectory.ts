import { mkdir, stat } from "node:fs/promises"
import { dirname } from "node:path"

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

const isDirectory = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )

/**
 * Makes a directory for this user alone, and those above it that are absent. Node's own way never ends where a file system takes
 * no new entry and says that the directory above is absent, as `/proc` does.
 */
export const makeDirectory = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await isDirectory(path))) return
    const above = dirname(path)
    if (codeOf(error) !== "ENOENT" || above === path) throw error
    // Where it is there now, another process may have made it since.
    if (!(await isDirectory(above))) await makeDirectory(above)
    await mkdir(path, { mode: 0o700 }).catch(async (again: unknown) => {
      if (!(await isDirectory(path))) throw again
    })
  }
}
