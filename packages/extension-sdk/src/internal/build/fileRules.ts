import type { BigIntStats, Stats } from "node:fs"
import { FileRefused } from "../../FileRefused.ts"

const kindOf = (stats: Stats | BigIntStats): string =>
  stats.isSymbolicLink()
    ? "link"
    : stats.isFile()
      ? "file"
      : stats.isDirectory()
        ? "folder"
        : stats.isFIFO()
          ? "pipe"
          : stats.isSocket()
            ? "socket"
            : "device"

/** Refuses what is not of the kind that it must be. */
export const refuseKind = (path: string, stats: Stats | BigIntStats, wanted: "file" | "folder"): void => {
  const kind = kindOf(stats)
  if (kind !== wanted) throw new FileRefused(path, `is a ${kind}: put the ${wanted} itself there, or remove it`)
}

/** A host takes no longer name. */
const longestName = 512

const unusual = /[\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u{FFFD}]/u

/** Refuses a name that cannot be one of a bundle's on every system. */
export const refuseName = (path: string, name: string): void => {
  if (unusual.test(name)) {
    throw new FileRefused(path, "has a backslash, control character or broken letter in its name: rename it")
  }
  if (name.length > longestName)
    throw new FileRefused(path, `has a name of more than ${longestName} letters: shorten it`)
}

/** Refuses two names that are one on systems that ignore case. */
export const refuseTwins = (root: string, names: ReadonlyArray<string>): void => {
  const seen = new Map<string, string>()
  for (const name of names) {
    const folded = name.normalize("NFC").toLowerCase()
    const twin = seen.get(folded)
    if (twin !== undefined) throw new FileRefused(`${root}/${name}`, `differs from ${twin} in case alone: rename one`)
    seen.set(folded, name)
  }
}
