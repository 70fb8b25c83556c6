import { randomUUID } from "node:crypto"
import { readdir, rename, rm, stat, utimes } from "node:fs/promises"
import { join } from "node:path"
import { makeDirectory } from "./internal/host/makeDirectory.ts"

/** Where entries are kept, and how many bytes of them. */
export interface BoundedDirectoryOptions {
  /** Made where it does not exist, for this user alone. Several processes may share it; nothing else may lie in it. */
  readonly directory: string
  /** Bytes of all entries together, read when room is made; the least recently used go. The last one stays. */
  readonly bytes: number
}

/**
 * A directory of entries, each a file or a folder of files.
 *
 * Guarantees:
 * - An entry appears whole or not at all, and goes as a whole, wherever a process is killed; what is left over is swept.
 * - After each entry that is put in, the entries together have no more bytes than allowed, or there is that one alone.
 * - Another process may take any entry away at any time, or the directory: readers must expect that it is gone, and
 *   putting in makes it again.
 */
export interface BoundedDirectory {
  /** Where the entry of this name is, if it is there. Names do not begin with a dot. */
  readonly path: (name: string) => string
  /**
   * Has an entry written to the path that it gives, and puts it in. A file replaces the one before; where a folder is
   * there already that `isGood`, that one stays.
   */
  readonly put: (
    name: string,
    write: (path: string) => Promise<void>,
    isGood?: (path: string) => Promise<boolean>
  ) => Promise<void>
  /** Notes that the entry was used now. */
  readonly touch: (name: string) => Promise<void>
  /** Takes the entry away, if it is there. */
  readonly remove: (name: string) => Promise<void>
}

const hidden = "."
const abandonedAfterMs = 3_600_000
/** Others may put, take away or empty the same entry in between any two steps. */
const mostAttempts = 100
/** How often a whole entry is written again. */
const mostWrites = 8

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)
const isTaken = (error: unknown): boolean => ["ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"].includes(codeOf(error))
const wasInTheWay = (error: unknown): boolean => codeOf(error) === "ENOENT" || isTaken(error)

const bytesOf = async (path: string): Promise<number> => {
  const details = await stat(path).catch(() => null)
  if (details === null) return 0
  if (!details.isDirectory()) return details.size
  const names = await readdir(path).catch(() => [])
  const sizes = await Promise.all(names.map((name) => bytesOf(join(path, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** A directory with a bound on its size. Every function fails where the system does not let it do its work. */
export const makeBoundedDirectory = ({ bytes, directory }: BoundedDirectoryOptions): BoundedDirectory => {
  const path = (name: string) => join(directory, name)
  const fresh = () => path(`${hidden}${randomUUID()}`)
  const destroy = (file: string) => rm(file, { recursive: true, force: true })

  const remove = async (name: string): Promise<void> => {
    const aside = fresh()
    const moved = await rename(path(name), aside).then(
      () => true,
      () => false
    )
    if (moved) await destroy(aside)
  }

  const listed = async () => {
    const names = await readdir(directory).catch(() => [])
    const found = await Promise.all(
      names.map(async (name) => {
        const details = await stat(path(name)).catch(() => null)
        return details === null ? [] : [{ name, used: details.mtimeMs }]
      })
    )
    return found.flat()
  }

  const makeRoom = async (last: string): Promise<void> => {
    const all = await listed()
    const abandoned = Date.now() - abandonedAfterMs
    for (const { name, used } of all) {
      if (name.startsWith(hidden) && used < abandoned) await destroy(path(name))
    }
    const others = all
      .filter(({ name }) => !name.startsWith(hidden) && name !== last)
      .sort((one, other) => other.used - one.used)
    let kept = await bytesOf(path(last))
    for (const { name } of others) {
      kept += await bytesOf(path(name))
      if (kept > bytes) await remove(name)
    }
  }

  const publish = async (
    name: string,
    staged: string,
    isGood: (path: string) => Promise<boolean>,
    attempts = mostAttempts
  ): Promise<void> => {
    try {
      await rename(staged, path(name))
    } catch (error) {
      if (await isGood(path(name))) return
      if (attempts === 1 || !isTaken(error)) throw error
      await remove(name)
      await publish(name, staged, isGood, attempts - 1)
    }
  }

  const stage = async (
    name: string,
    write: (path: string) => Promise<void>,
    isGood: (path: string) => Promise<boolean>
  ) => {
    await makeDirectory(directory)
    const staged = fresh()
    try {
      await write(staged)
      await publish(name, staged, isGood)
    } finally {
      await destroy(staged)
    }
  }

  return {
    path,
    remove,
    put: async (name, write, isGood = async () => false) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await stage(name, write, isGood)
          break
        } catch (error) {
          if (attempt === mostWrites || !wasInTheWay(error)) throw error
        }
      }
      await makeRoom(name)
    },
    touch: async (name) => {
      const now = new Date()
      await utimes(path(name), now, now)
    }
  }
}
