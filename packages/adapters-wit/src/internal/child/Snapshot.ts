import { Buffer } from "node:buffer"

/** What a memory held at one time. What is not there was zero. */
export interface Snapshot {
  readonly bytes: Uint8Array
  /** How much of it is not zero, in bytes, by whole pages of the system. */
  readonly held: number
}

const pageBytes = 4_096
const stepBytes = 65_536
const zeros = new Uint8Array(stepBytes)

const heldBy = (bytes: Buffer): number => {
  let held = 0
  for (let at = 0; at < bytes.byteLength; at += pageBytes) {
    const end = Math.min(at + pageBytes, bytes.byteLength)
    if (bytes.compare(zeros, 0, end - at, at, end) !== 0) held += pageBytes
  }
  return held
}

/** A snapshot of these bytes, or the known one where that is the same. */
export const snapshotOf = (bytes: Uint8Array, known?: Snapshot): Snapshot => {
  if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) return known
  const copy = Buffer.from(bytes.slice().buffer)
  return { bytes: copy, held: heldBy(copy) }
}

/** Of nothing but zeros. */
export const nothing: Snapshot = { bytes: new Uint8Array(), held: 0 }

/**
 * Sets memory back to a snapshot, with zeros behind it, and notes the pages that were different. Only those are written: a page that
 * nobody used takes no memory.
 */
export const setBack = (memory: ArrayBuffer, snapshot: Snapshot, written: Set<number>): void => {
  const bytes = Buffer.from(memory)
  const until = snapshot.bytes.byteLength
  const isSame = (at: number, end: number): boolean =>
    at < until
      ? bytes.compare(snapshot.bytes, at, end, at, end) === 0
      : bytes.compare(zeros, 0, end - at, at, end) === 0
  /** From a page to another, both on the same side of the snapshot's end, which is between two pages. */
  const each = (from: number, to: number, size: number, act: (at: number, end: number) => void): void => {
    for (let at = from; at < to; at += size) {
      const end = Math.min(at + size, to)
      if (!isSame(at, end)) act(at, end)
    }
  }
  const write = (at: number, end: number): void => {
    if (at < until) bytes.set(snapshot.bytes.subarray(at, end), at)
    else bytes.fill(0, at, end)
    written.add(at)
  }
  const look = (from: number, to: number): void =>
    each(from, to, stepBytes, (at, end) => each(at, end, pageBytes, write))
  look(0, until)
  look(until, bytes.byteLength)
}
