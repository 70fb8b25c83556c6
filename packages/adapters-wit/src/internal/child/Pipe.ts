import { Buffer } from "node:buffer"
import { readSync, writeSync } from "node:fs"

const stdin = 0
const stdout = 1
const headerBytes = 4
const keptBytes = 65_536

/** The other side has closed its end: there is nothing left to work for. */
export class PipeClosed extends Error {}

let incoming = Buffer.allocUnsafe(keptBytes)
let begin = 0
let end = 0
let given: ReadonlyArray<Buffer> = []

const makeRoom = (length: number): void => {
  const old = incoming
  const there = old.subarray(begin, end)
  if (length > old.byteLength) incoming = Buffer.allocUnsafe(length)
  else if (there.byteLength === 0 && old.byteLength > keptBytes) incoming = Buffer.allocUnsafe(keptBytes)
  incoming.set(there)
  begin = 0
  end = there.byteLength
  if (incoming !== old) old.fill(0)
}

/** The next bytes of the pipe. They are there until the next call. */
const take = (length: number): Buffer => {
  if (begin === end || begin + length > incoming.byteLength) makeRoom(length)
  while (end - begin < length) {
    const count = readSync(stdin, incoming, end, incoming.byteLength - end, null)
    if (count === 0) throw new PipeClosed()
    end += count
  }
  begin += length
  return incoming.subarray(begin - length, begin)
}

const takeFrame = (): Buffer => take(take(headerBytes).readUInt32BE())

/** Waits, blocking the whole process, for one frame: four bytes of length, most significant first, then its bytes. */
export const readFrame = (): Buffer => {
  const frame = Buffer.from(takeFrame())
  given = [...given, frame]
  return frame
}

/** Overwrites all that was read and is not waited for any more: in the buffer, and in the frames that were given. */
export const forgetRead = (): void => {
  incoming.fill(0, 0, begin)
  incoming.fill(0, end)
  for (const frame of given) frame.fill(0)
  given = []
}

/** Waits for a frame of text. */
export const readText = (): string => takeFrame().toString("utf8")

/** Waits for a frame of JSON. */
export const readMessage = (): unknown => JSON.parse(readText())

/** Writes bytes, blocking until the pipe has taken them. */
export const write = (bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(stdout, bytes, written, bytes.byteLength - written)
  }
}

/** Writes one frame of these parts. */
export const writeFrame = (...parts: ReadonlyArray<Uint8Array>): void => {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32BE(parts.reduce((length, part) => length + part.byteLength, 0))
  write(Buffer.concat([header, ...parts]))
}
