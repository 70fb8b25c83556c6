import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import { constants, zstdCompressSync } from "node:zlib"
import { pack } from "tar-stream"

/** The files of a bundle, by their path in it. */
export type BundleFiles = Readonly<Record<string, Uint8Array>>

/** An extension's bundle. */
export interface PackedBundle {
  readonly bytes: Uint8Array
  /** `sha256:` and the hash of `bytes` in hex. */
  readonly contentHash: string
}

/** Measured on a component of 1.9 MB: 35 ms and 33 %; level 3 takes 14 ms for 36 %, level 19 takes 470 ms for 30 %. */
const compressionLevel = 9

/** All files under a folder, by their path below it; none where there is no such folder. */
export const filesUnder = async (folder: string, prefix: string): Promise<BundleFiles> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = files.map(async (file) => [
    prefix + file.slice(folder.length).replaceAll("\\", "/"),
    await readFile(file)
  ])
  return Object.fromEntries(await Promise.all(contents))
}

/**
 * Packs files into a `bundle.tar.zst`. The same files give the same bytes: entries are sorted, and carry no time and no
 * owner.
 */
export const packBundle = async (files: BundleFiles): Promise<PackedBundle> => {
  const archive = pack()
  for (const [name, bytes] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    archive.entry({ name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(bytes))
  }
  archive.finalize()
  const bytes = zstdCompressSync(await buffer(archive), {
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevel, [constants.ZSTD_c_checksumFlag]: 1 }
  })
  return { bytes, contentHash: `sha256:${createHash("sha256").update(bytes).digest("hex")}` }
}
