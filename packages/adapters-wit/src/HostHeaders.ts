import { Buffer } from "node:buffer"
import { randomFillSync } from "node:crypto"
import type { HttpHeader } from "./Execute.ts"

/** Says which capabilities an execution has. */
export const capabilitiesHeader = "x-alga-capabilities"
const time = "x-alga-request-time"
const seedHeader = "x-alga-request-seed"

/** Headers that a handler has from the host alone. Of a request from outside they are left out. */
export const hostHeaderNames: ReadonlySet<string> = new Set([capabilitiesHeader, time, seedHeader])

const seedBytes = 32
/** Asking the system for the bytes of many seeds takes as long as for those of one. */
const ahead = Buffer.alloc(seedBytes * 128)
let taken = ahead.byteLength

/** Random bytes, each given once and kept nowhere. */
const seed = (): string => {
  if (taken === ahead.byteLength) {
    randomFillSync(ahead)
    taken = 0
  }
  const bytes = ahead.subarray(taken, taken + seedBytes)
  taken += seedBytes
  const text = bytes.toString("base64url")
  bytes.fill(0)
  return text
}

/** The headers for one execution, with random bytes that no other gets. The time is in milliseconds since 1970. */
export const hostHeadersOf = (effective: Iterable<string>, takenAt: number): ReadonlyArray<HttpHeader> => [
  { name: capabilitiesHeader, value: [...effective].sort().join(",") },
  { name: time, value: String(takenAt) },
  { name: seedHeader, value: seed() }
]
