import { randomBytes } from "node:crypto"
import type { HttpHeader } from "./Execute.ts"

/** Says which capabilities an execution has. */
export const capabilitiesHeader = "x-alga-capabilities"
const time = "x-alga-request-time"
const seed = "x-alga-request-seed"

/** Headers that a handler has from the host alone. Of a request from outside they are left out. */
export const hostHeaderNames: ReadonlySet<string> = new Set([capabilitiesHeader, time, seed])

const seedBytes = 32

/** The headers for one execution, with random bytes that no other gets. The time is in milliseconds since 1970. */
export const hostHeadersOf = (effective: Iterable<string>, takenAt: number): ReadonlyArray<HttpHeader> => [
  { name: capabilitiesHeader, value: [...effective].sort().join(",") },
  { name: time, value: String(takenAt) },
  { name: seed, value: randomBytes(seedBytes).toString("base64url") }
]
