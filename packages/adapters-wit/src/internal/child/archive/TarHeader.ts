import { ArchiveRefusal, shown } from "./ArchiveRefusal.ts"

/** Bytes of a header, and what bodies are padded to. */
export const blockBytes = 512

/** One header of a tar archive, checked. */
export interface TarHeader {
  readonly kind: "file" | "directory" | "pax" | "pax-global" | "long-name" | "long-link"
  /** The path as the header itself gives it. */
  readonly name: string
  readonly bytes: number
}

const kinds: Readonly<Record<string, TarHeader["kind"]>> = {
  "0": "file",
  "\0": "file",
  "5": "directory",
  x: "pax",
  g: "pax-global",
  L: "long-name",
  K: "long-link"
}

const refusedKinds: Readonly<Record<string, string>> = {
  "1": "a hard link: pack without links",
  "2": "a symbolic link: pack without links",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  S: "a sparse file: pack without holes"
}

const decoder = new TextDecoder("utf-8", { fatal: true })

/** A path in UTF-8. */
export const nameOf = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new ArchiveRefusal("the archive has a name that is not UTF-8")
  }
}

const untilNul = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

const number = (block: Uint8Array, from: number, length: number): number => {
  const text = Array.from(block.subarray(from, from + length), (byte) => String.fromCharCode(byte)).join("")
  const digits = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1]
  if (digits === undefined) throw new ArchiveRefusal("the archive has a tar header with a number that cannot be read")
  return Number.parseInt(digits, 8)
}

const checksumAt = 148
const checksumLength = 8
const space = 32

const hasChecksum = (block: Uint8Array): boolean => {
  let sum = 0
  for (let i = 0; i < blockBytes; i++) {
    sum += i >= checksumAt && i < checksumAt + checksumLength ? space : (block[i] as number)
  }
  return sum === number(block, checksumAt, checksumLength)
}

const ustar = "ustar\x0000"
const gnu = "ustar  \0"

/**
 * Reads a header of the formats ustar, pax and GNU. Refuses every kind of entry that is no file, no directory and no
 * header with a longer name, and names it.
 *
 * Source: POSIX.1-2024, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
export const readHeader = (block: Uint8Array): TarHeader => {
  const magic = String.fromCharCode(...block.subarray(257, 265))
  if (magic !== ustar && magic !== gnu) {
    throw new ArchiveRefusal("the archive holds no tar archive of the formats ustar, pax or gnu, or is cut off")
  }
  if (!hasChecksum(block)) throw new ArchiveRefusal("the archive has a tar header with a wrong checksum")
  const own = nameOf(untilNul(block.subarray(0, 100)))
  const prefix = magic === ustar ? nameOf(untilNul(block.subarray(345, 500))) : ""
  const name = prefix === "" ? own : `${prefix}/${own}`
  const flag = String.fromCharCode(block[156] as number)
  const kind = kinds[flag]
  if (kind === undefined) {
    throw new ArchiveRefusal(`${shown(name)} is stored as ${refusedKinds[flag] ?? "something other than a plain file"}`)
  }
  return { kind, name, bytes: number(block, 124, 12) }
}
