import { Buffer } from "node:buffer"
import { readSync, writeSync } from "node:fs"

const stdin = 0
const stdout = 1
const headerBytes = 4

/** The other side has closed its end: there is nothing left to work for. */
export class PipeClosed extends Error {}

const chunk = Buffer.allocUnsafe(65_536)
let ahead = chunk.subarray(0, 0)

const read = (into: Buffer, at: number, most: number): number => {
  const count = readSync(stdin, into, at, most, null)
  if (count === 0) throw new PipeClosed()
  return count
}

const readExactly = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  let filled = ahead.copy(bytes, 0, 0, length)
  ahead = ahead.subarray(filled)
  while (filled < length) {
    const missing = length - filled
    if (missing >= chunk.byteLength) filled += read(bytes, filled, missing)
    else {
      const got = chunk.subarray(0, read(chunk, 0, chunk.byteLength))
      const taken = got.copy(bytes, filled, 0, missing)
      ahead = got.subarray(taken)
      filled += taken
    }
  }
  return bytes
}

/** Waits, blocking the whole process, for one frame: four bytes of length, most significant first, then its bytes. */
export const readFrame = (): Buffer => readExactly(readExactly(headerBytes).readUInt32BE())

const writeAll = (bytes: Buffer): void => {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(stdout, bytes, written, bytes.byteLength - written)
  }
}

/** Writes one frame, blocking until the pipe has taken it. */
export const writeFrame = (...parts: ReadonlyArray<Uint8Array>): void => {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32BE(parts.reduce((length, part) => length + part.byteLength, 0))
  writeAll(Buffer.concat([header, ...parts]))
}

/** Waits for a frame of JSON. */
export const readMessage = (): unknown => JSON.parse(readFrame().toString("utf8"))

/** Writes a frame of JSON. */
export const writeMessage = (message: object): void => writeFrame(Buffer.from(JSON.stringify(message)))
