import { Buffer } from "node:buffer"
import { constants, zstdCompressSync } from "node:zlib"

/** An entry of an archive in tar's format; `type` is its type flag, `0` for a file. */
export interface Entry {
  readonly name: string
  readonly type?: string
  readonly bytes: Uint8Array
}

const block = 512
const checksumAt = 148

const headerOf = ({ bytes, name, type = "0" }: Entry): Buffer => {
  const header = Buffer.alloc(block)
  header.write(name, 0)
  header.write("0000644\0", 100)
  header.write(`${bytes.byteLength.toString(8).padStart(11, "0")}\0`, 124)
  header.write("        ", checksumAt)
  header.write(type, 156)
  header.write("ustar\x0000", 257, "latin1")
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, checksumAt)
  return header
}

/** A `bundle.tar.zst` of these entries as they are, which no honest tool would write. */
export const archiveOf = (entries: ReadonlyArray<Entry>): Buffer => {
  const parts = entries.flatMap((entry) => {
    const rest = (block - (entry.bytes.byteLength % block)) % block
    return [headerOf(entry), entry.bytes, Buffer.alloc(rest)]
  })
  return zstdCompressSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]), {
    params: { [constants.ZSTD_c_compressionLevel]: 3 }
  })
}
