import { statfsSync } from "node:fs"
import { dirname } from "node:path"
import type { CachePlace } from "../Sizes.ts"

/** tmpfs and ramfs. Source: statfs(2). */
const ofMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

/** Where a directory lies, or will lie. */
export const cachePlace = (directory: string): CachePlace => {
  for (let path = directory; ; path = dirname(path)) {
    try {
      const { blocks, bsize, type } = statfsSync(path)
      return { inMemory: ofMemory.has(type), bytes: blocks > 0 ? blocks * bsize : null }
    } catch {
      if (dirname(path) === path) return { inMemory: false, bytes: null }
    }
  }
}
