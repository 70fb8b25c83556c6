import { Buffer } from "node:buffer"

/** What a memory held at one time. What is not there was zero. */
export interface Snapshot {
  readonly bytes: Uint8Array
  /** How much of it is not zero, in bytes, by whole pages of the system. */
  readonly held: number
}

const pageBytes = 4_096
/** What is looked at in one piece; where that is different, in so many smaller ones. */
const stepBytes = 1_048_576
const stepsInStep = 16
/** Nobody writes it, so the system gives it one page for all. */
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

type Run = readonly [from: number, to: number]

/** The pages of a memory that were different from its snapshot at some time. */
export class WrittenPages {
  private readonly pages = new Set<number>()
  private known: ReadonlyArray<Run> = []
  private isKnown = true

  get bytes(): number {
    return this.pages.size * pageBytes
  }

  add(at: number): void {
    this.pages.add(at)
    this.isKnown = false
  }

  /** The same in pieces without gaps, in their order. */
  runs(): ReadonlyArray<Run> {
    if (!this.isKnown) {
      const runs: Array<[number, number]> = []
      for (const at of [...this.pages].sort((one, other) => one - other)) {
        const last = runs.at(-1)
        if (last?.[1] === at) last[1] = at + pageBytes
        else runs.push([at, at + pageBytes])
      }
      this.known = runs
      this.isKnown = true
    }
    return this.known
  }
}

/**
 * Sets memory back to a snapshot, with zeros behind it. Pages that were written before are written again without a look: a request
 * mostly uses those of the one before. All others are compared, and only those that differ are written and noted: a page that
 * nobody used takes no memory.
 */
export const setBack = (memory: ArrayBuffer, snapshot: Snapshot, written: WrittenPages): void => {
  const bytes = Buffer.from(memory)
  const until = snapshot.bytes.byteLength
  const isSame = (at: number, end: number): boolean =>
    at < until
      ? bytes.compare(snapshot.bytes, at, end, at, end) === 0
      : bytes.compare(zeros, 0, end - at, at, end) === 0
  const write = (from: number, to: number): void => {
    if (from < until) bytes.set(snapshot.bytes.subarray(from, Math.min(to, until)), from)
    if (to > until) bytes.fill(0, Math.max(from, until), to)
  }
  /** Between two places on the same side of the snapshot's end, which is between two pages. */
  const look = (from: number, to: number, size = stepBytes): void => {
    for (let at = from; at < to; at += size) {
      const end = Math.min(at + size, to)
      if (isSame(at, end)) continue
      if (size > pageBytes) look(at, end, size / stepsInStep)
      else {
        write(at, end)
        written.add(at)
      }
    }
  }
  let at = 0
  for (const [from, to] of [...written.runs(), [bytes.byteLength, bytes.byteLength] as const]) {
    look(at, Math.min(from, until))
    look(Math.max(at, until), from)
    write(from, to)
    at = to
  }
}
