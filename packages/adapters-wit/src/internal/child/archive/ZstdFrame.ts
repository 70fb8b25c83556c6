import { Buffer } from "node:buffer"
import { archiveBounds } from "./ArchiveBounds.ts"
import { ArchiveRefusal } from "./ArchiveRefusal.ts"

const magic = 0xfd2f_b528
const blockHeaderBytes = 3
const checksumBytes = 4
const runLength = 1
const reserved = 3

/** What may follow the frame: nothing, or a frame of nothing, with its size or without, with a checksum or without. */
const endings = [
  "",
  "28b52ffd2000010000",
  "28b52ffd240001000099e9d851",
  "28b52ffd0000010000",
  "28b52ffd040001000099e9d851"
].map((hex) => Buffer.from(hex, "hex"))

const notZstd = () => new ArchiveRefusal("the archive is not compressed by zstd, or is cut off")

const windowOf = (descriptor: number): number => {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

/**
 * Checks that an archive is one whole zstd frame, before any of it is unpacked: nothing before it, nothing after it, no
 * dictionary, and no more memory than {@link archiveBounds} names. One empty frame may follow: Node's compressor adds one where a
 * frame ends with the piece of memory that it writes to, for one archive in 16,384.
 *
 * Source: RFC 8878, sections 3.1.1 to 3.1.1.2.
 */
export const checkZstdFrame = (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const skip = (length: number): number => {
    at += length
    if (at > bytes.byteLength) throw notZstd()
    return at - length
  }
  const u8 = () => view.getUint8(skip(1))

  if (view.getUint32(skip(4), true) !== magic) throw notZstd()
  const descriptor = u8()
  if ((descriptor & 0x08) !== 0) throw notZstd()
  const isSingle = (descriptor & 0x20) !== 0
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const window = isSingle ? 0 : windowOf(u8())
  if ((descriptor & 0x03) !== 0) throw new ArchiveRefusal("the archive needs a zstd dictionary: pack it without one")
  const sizeAt = skip(sizeBytes)
  const size = [
    () => (isSingle ? view.getUint8(sizeAt) : 0),
    () => view.getUint16(sizeAt, true) + 256,
    () => view.getUint32(sizeAt, true),
    () => Number(view.getBigUint64(sizeAt, true))
  ][descriptor >> 6]?.()
  if (size === undefined || size > archiveBounds.unpackedBytes) {
    throw new ArchiveRefusal(`the archive unpacks to more than ${archiveBounds.unpackedBytes} bytes`)
  }
  if (Math.max(window, isSingle ? size : 0) > archiveBounds.windowBytes) {
    throw new ArchiveRefusal(
      `the archive needs a zstd window of more than ${archiveBounds.windowBytes} bytes: pack it with --long=27 or less`
    )
  }
  for (let last = false; !last; ) {
    const at24 = skip(blockHeaderBytes)
    const header = view.getUint16(at24, true) | (view.getUint8(at24 + 2) << 16)
    const type = (header >> 1) & 3
    if (type === reserved) throw notZstd()
    skip(type === runLength ? 1 : header >> 3)
    last = (header & 1) === 1
  }
  if ((descriptor & 0x04) !== 0) skip(checksumBytes)
  const rest = bytes.subarray(at)
  if (!endings.some((ending) => ending.equals(rest))) {
    throw new ArchiveRefusal("the archive has bytes behind its zstd frame: pack it as one frame and nothing else")
  }
}
