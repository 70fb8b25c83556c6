import { Buffer } from "node:buffer"
import { readSync, writeSync } from "node:fs"

const stdin = 0
const stdout = 1

/** The other side has closed its end: there is nothing left to work for. */
export class PipeClosed extends Error {}

const readExactly = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(stdin, bytes, filled, length - filled, null)
    if (count === 0) throw new PipeClosed()
    filled += count
  }
  return bytes
}

/** Waits, blocking the whole process, for one frame: four bytes of length, most significant first, then its bytes. */
export const readFrame = (): Buffer => readExactly(readExactly(4).readUInt32BE())

/** Writes one frame, blocking until the pipe has taken it. */
export const writeFrame = (...parts: ReadonlyArray<Uint8Array>): void => {
  const header = Buffer.allocUnsafe(4)
  header.writeUInt32BE(parts.reduce((length, part) => length + part.byteLength, 0))
  for (const part of [header, ...parts]) {
    let written = 0
    while (written < part.byteLength) written += writeSync(stdout, part, written, part.byteLength - written)
  }
}

/** Waits for a frame of JSON. */
export const readMessage = (): unknown => JSON.parse(readFrame().toString("utf8"))

/** Writes a frame of JSON. */
export const writeMessage = (message: object): void => writeFrame(Buffer.from(JSON.stringify(message)))
