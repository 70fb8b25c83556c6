import { basename, dirname } from "node:path"
import { readPlainFiles } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { type BundleFiles, packBundle } from "../PackBundle.ts"

/** More than any build holds: a page, a component and a bundle of both. */
const bounds = { bytes: 512 * 1024 * 1024, entries: 4_000, depth: 40 }

const isSame = (left: Uint8Array | undefined, right: Uint8Array): boolean =>
  left !== undefined && Buffer.compare(left, right) === 0

/** The name that a file of a bundle has in the folder of its build. */
export const nameInBuild = (name: string): string => name.replace(/^dist\//, "")

/** Whether a folder holds what a build of these files and its own component leaves there, byte by byte, and no link. */
export const isKeptBuild = async (folder: string, around: BundleFiles): Promise<boolean> => {
  const found = await readPlainFiles(dirname(folder), basename(folder), bounds).catch(() => ({}) as BundleFiles)
  const component = found["main.wasm"]
  if (component === undefined) return false
  const bundle = await packBundle({ ...around, "dist/main.wasm": component })
  return (
    isSame(found["bundle.tar.zst"], bundle.bytes) &&
    isSame(found["content-hash"], Buffer.from(bundle.contentHash)) &&
    Object.entries(around).every(([name, bytes]) => isSame(found[nameInBuild(name)], bytes))
  )
}
