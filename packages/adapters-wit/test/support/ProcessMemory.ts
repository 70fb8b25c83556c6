import { closeSync, openSync, readFileSync, readSync } from "node:fs"

/** The mappings of a process that it can write to, which may be large and hold nothing. */
const mappings = (pid: number): ReadonlyArray<readonly [from: number, to: number]> =>
  readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line))
    .flatMap((found) => (found === null ? [] : [[Number(`0x${found[1]}`), Number(`0x${found[2]}`)] as const]))

const pieceBytes = 1_048_576

/** How often some bytes are in what a process can write to; null where this system does not let us look. */
export const timesInMemory = (pid: number, bytes: Uint8Array): number | null => {
  let file: number
  try {
    file = openSync(`/proc/${pid}/mem`, "r")
  } catch {
    return null
  }
  const piece = Buffer.alloc(pieceBytes + bytes.byteLength)
  let times = 0
  try {
    for (const [from, to] of mappings(pid)) {
      for (let at = from; at < to; at += pieceBytes) {
        const length = Math.min(piece.byteLength, to - at)
        let count: number
        try {
          count = readSync(file, piece, 0, length, at)
        } catch {
          break
        }
        for (let found = -1; ; times++) {
          found = piece.subarray(0, count).indexOf(bytes, found + 1)
          if (found < 0 || found >= pieceBytes) break
        }
      }
    }
  } finally {
    closeSync(file)
  }
  return times
}
