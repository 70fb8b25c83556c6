import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** Control groups of Linux that hold this program, by version; the folders from its own to the highest that it can see. */
export interface ControlGroups {
  readonly version: 1 | 2
  readonly folders: ReadonlyArray<string>
}

/** The text of a file, or null where it cannot be read. */
export const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

interface Mount {
  /** The part of the hierarchy that is mounted. */
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: ReadonlyArray<string>
}

const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** Source: proc(5), `/proc/pid/mountinfo`. */
const mountsIn = (text: string): ReadonlyArray<Mount> =>
  text.split("\n").flatMap((line) => {
    const [before = "", after] = line.split(" - ")
    const [, , , root, point] = before.split(" ")
    const [type, , options = ""] = after?.split(" ") ?? []
    if (root === undefined || point === undefined || type === undefined) return []
    return [{ root: unescaped(root), point: unescaped(point), type, options: options.split(",") }]
  })

/** Source: cgroups(7), `/proc/pid/cgroup`: the path of the group in the hierarchy of a controller; version 2 names none. */
const pathIn = (text: string, controller: string): string | null => {
  for (const line of text.split("\n")) {
    const [, names = "", ...path] = line.split(":")
    if (path.length > 0 && names.split(",").includes(controller)) return path.join(":")
  }
  return null
}

/** The path below what is mounted; where the group lies elsewhere, what is mounted is all that there is to see. */
const below = (path: string, { root }: Mount): string => {
  if (root === "/") return path.includes("..") ? "" : path
  return path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : ""
}

const foldersOf = (root: string, path: string, mount: Mount): ReadonlyArray<string> => {
  const top = join(root, mount.point)
  const folders = [join(top, below(path, mount))]
  for (let folder = folders[0] ?? top; folder.length > top.length; ) {
    folder = dirname(folder)
    folders.push(folder)
  }
  return folders
}

/**
 * The groups that a controller (`memory`, `cpu`, `pids`) holds this program by, of either version; null where none does.
 * `root` stands in place of `/`.
 */
export const controlGroups = (controller: string, root: string): ControlGroups | null => {
  const groups = textOf(join(root, "proc/self/cgroup"))
  const mounted = textOf(join(root, "proc/self/mountinfo"))
  if (groups === null || mounted === null) return null
  const mounts = mountsIn(mounted)
  const first = pathIn(groups, controller)
  const ofFirst = mounts.find(({ options, type }) => type === "cgroup" && options.includes(controller))
  if (first !== null && ofFirst !== undefined) return { version: 1, folders: foldersOf(root, first, ofFirst) }
  const second = pathIn(groups, "")
  const ofSecond = mounts.find(({ type }) => type === "cgroup2")
  if (second === null || ofSecond === undefined) return null
  return { version: 2, folders: foldersOf(root, second, ofSecond) }
}
