import { zstdCompressSync } from "node:zlib"

/** One header of a tar archive and what follows it; the defaults are those of a plain file. */
export interface TarEntry {
  readonly name: string
  readonly content?: string | Uint8Array
  /** The type flag. Default: "0". */
  readonly flag?: string
  /** What the header says of the size, as octal digits or as it is. Default: that of the content. */
  readonly size?: number | string
  readonly magic?: string
  readonly prefix?: string
  readonly link?: string
  /** Added to the checksum. Default: 0. */
  readonly wrong?: number
}

const blockBytes = 512
const padded = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((blockBytes - (bytes.byteLength % blockBytes)) % blockBytes)])

/** The header of an entry. */
export const header = (entry: TarEntry): Buffer => {
  const block = Buffer.alloc(blockBytes)
  const length = Buffer.byteLength(entry.content ?? "")
  const { size = length } = entry
  block.write(entry.name, 0, 100)
  block.write(`0000644\0${"0000000\0".repeat(2)}`, 100, "latin1")
  block.write(typeof size === "number" ? `${size.toString(8).padStart(11, "0")}\0` : size, 124, 12, "latin1")
  block.write(`${"0".repeat(11)}\0`, 136, "latin1")
  block.write(entry.flag ?? "0", 156, 1, "latin1")
  block.write(entry.link ?? "", 157, 100)
  block.write(entry.magic ?? "ustar\x0000", 257, 8, "latin1")
  block.write(entry.prefix ?? "", 345, 155)
  block.write(" ".repeat(8), 148, "latin1")
  const sum = block.reduce((total, byte) => total + byte, entry.wrong ?? 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}

/** The end of an archive: two blocks of zeros. */
export const tarEnd = Buffer.alloc(2 * blockBytes)

/** Entries, and blocks as they are, without the end. */
export const tarOf = (parts: ReadonlyArray<TarEntry | Uint8Array>): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      part instanceof Uint8Array
        ? part
        : Buffer.concat([
            header(part),
            padded(typeof part.content === "string" ? Buffer.from(part.content) : (part.content ?? new Uint8Array()))
          ])
    )
  )

/** A whole archive, compressed. */
export const archiveOf = (parts: ReadonlyArray<TarEntry | Uint8Array>): Uint8Array =>
  zstdCompressSync(Buffer.concat([tarOf(parts), tarEnd]))

/** The body of a pax header. */
export const paxOf = (records: Readonly<Record<string, string>>): string =>
  Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`)
      const length = [1, 2, 3, 4, 5, 6].map((digits) => rest + digits).find((sum, i) => String(sum).length === i + 1)
      return `${length} ${key}=${value}\n`
    })
    .join("")
