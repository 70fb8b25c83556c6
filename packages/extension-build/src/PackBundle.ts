import { createHash } from "node:crypto"
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
  const tar = await buffer(archive)
  const bytes = zstdCompressSync(tar, {
    // More than it can become: where a frame ends with a piece of this size, Node adds an empty frame, which not all hosts take.
    chunkSize: tar.byteLength + (tar.byteLength >> 8) + 1_024,
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevel, [constants.ZSTD_c_checksumFlag]: 1 }
  })
  return { bytes, contentHash: `sha256:${createHash("sha256").update(bytes).digest("hex")}` }
}
