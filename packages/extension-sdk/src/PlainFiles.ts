import { constants } from "node:fs"
import { type FileHandle, lstat, open, opendir, readlink, realpath } from "node:fs/promises"
import { join } from "node:path"
import { FileRefused } from "./FileRefused.ts"
import { refuseKind, refuseName, refuseTwins } from "./internal/build/fileRules.ts"

/** How much may be read. */
export interface PlainFilesBounds {
  /** In bytes, of all files together. */
  readonly bytes: number
  /** Files and folders together. */
  readonly entries: number
  /** Folders in each other. */
  readonly depth: number
}

const failed = (file: string, cause: unknown): FileRefused => {
  if (cause instanceof FileRefused) return cause
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"
  const why = code === "ELOOP" ? "is a link: put the file itself there" : `cannot be read (${code}): check the file`
  return new FileRefused(file, why, { cause })
}

/** A pipe must not hold up whoever opens it. Systems that lack one of these have no such files to open. */
const careful = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Where an open file lies: on Linux as the system knows it, whatever became of the path; elsewhere where the path leads. */
const pathOf = ({ fd }: FileHandle, file: string): Promise<string> =>
  process.platform === "linux" ? readlink(`/proc/self/fd/${fd}`) : realpath(file)

/**
 * Reads one file below a folder, where it is a plain file and no part of `name` is a link. What was opened is asked where it
 * lies: on Linux, exchanging a part for a link meanwhile does not help. The folder itself may be reached by a link. Fails
 * with `FileRefused`.
 *
 * A hard link cannot be told from the file itself.
 *
 * @example
 * ```ts
 * import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
 *
 * const manifest = await readPlainFile(".", "manifest.json", 65_536)
 * console.log(manifest.byteLength)
 * ```
 */
export const readPlainFile = async (folder: string, name: string, mostBytes: number): Promise<Uint8Array> => {
  const file = join(await realpath(folder), name)
  try {
    refuseKind(file, await lstat(file), "file")
    const handle = await open(file, careful)
    try {
      if ((await pathOf(handle, file)) !== file) {
        throw new FileRefused(file, "is reached by a link: put the file itself there")
      }
      const opened = await handle.stat()
      refuseKind(file, opened, "file")
      const { size } = opened
      if (size > mostBytes) throw new FileRefused(file, `has ${size} bytes, of at most ${mostBytes}: make it smaller`)
      const bytes = new Uint8Array(size)
      let at = 0
      while (at < size) {
        const { bytesRead } = await handle.read(bytes, at, size - at, at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return bytes.subarray(0, at)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw failed(file, cause)
  }
}

/**
 * Reads all files of the folder `folder` in `parent` by their names in it, with `/` between the parts; none where there is no such folder. Every
 * link and every special file is refused, the folder itself among them, wherever it leads. So are names that cannot be a
 * file of a bundle, and more than the bounds. `isWanted` says which names below it are looked at. Fails with `FileRefused`.
 *
 * @example
 * ```ts
 * import { readPlainFiles } from "@alga-psa/ext-extension-sdk/PlainFiles"
 *
 * const files = await readPlainFiles("extension", "ui", { bytes: 1_000_000, entries: 100, depth: 8 })
 * console.log(Object.keys(files))
 * ```
 */
export const readPlainFiles = async (
  parent: string,
  folder: string,
  bounds: PlainFilesBounds,
  isWanted: (name: string) => boolean = () => true
): Promise<Readonly<Record<string, Uint8Array>>> => {
  const root = join(await realpath(parent).catch(() => parent), folder)
  const names: Array<string> = []
  let entries = 0

  const visit = async (below: ReadonlyArray<string>): Promise<void> => {
    const path = join(root, ...below)
    const here = await lstat(path)
    if (below.length > 0 && !here.isDirectory()) {
      refuseKind(path, here, "file")
      return void names.push(below.join("/"))
    }
    refuseKind(path, here, "folder")
    if (below.length > bounds.depth) throw new FileRefused(path, `is deeper than ${bounds.depth} folders: move it up`)
    for await (const { name } of await opendir(path)) {
      const parts = [...below, name]
      const inside = join(root, ...parts)
      if (!isWanted(parts.join("/"))) continue
      if (++entries > bounds.entries) {
        throw new FileRefused(root, `holds more than ${bounds.entries} files and folders: take some out`)
      }
      refuseName(inside, parts.join("/"))
      await visit(parts)
    }
  }

  try {
    await visit([])
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT" && entries === 0
    if (isMissing) return {}
    throw failed(root, cause)
  }
  refuseTwins(root, names)
  const files: Array<readonly [string, Uint8Array]> = []
  let left = bounds.bytes
  for (const name of names.sort()) {
    const bytes = await readPlainFile(parent, join(folder, name), left)
    left -= bytes.byteLength
    files.push([name, bytes])
  }
  return Object.fromEntries(files)
}
