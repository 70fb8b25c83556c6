import { randomBytes } from "node:crypto"
import type { HttpHeader } from "@alga-psa/ext-adapters-wit"
import { type InstallAccess, Invocation, isEffective } from "@alga-psa/ext-domain"
import { Clock, Effect } from "effect"
import { Deadline } from "./Deadline.ts"

const capabilities = "x-alga-capabilities"
const time = "x-alga-request-time"
const seed = "x-alga-request-seed"

/** Headers that a handler has from the host alone. Of a request from outside they are left out. */
export const hostHeaderNames: ReadonlySet<string> = new Set([capabilities, time, seed])

const seedBytes = 32

/** When the request was taken, in milliseconds since 1970: the present deadline began then. */
const taken = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const deadline = yield* Deadline
  if (deadline === null) return now
  return Math.floor(now - Number((yield* Clock.monotonicTimeNanos) - deadline.started) / 1e6)
})

/** The headers for one execution, with random bytes that no other gets. The time is in milliseconds since 1970. */
export const hostHeadersOf = (effective: Iterable<string>, takenAt: number): ReadonlyArray<HttpHeader> => [
  { name: capabilities, value: [...effective].sort().join(",") },
  { name: time, value: String(takenAt) },
  { name: seed, value: randomBytes(seedBytes).toString("base64url") }
]

/**
 * What the host tells the handler of an execution: its effective capabilities, when it was taken, and random bytes that no
 * other execution gets. They go to the guest and nowhere else.
 */
export const hostHeaders = Effect.fnUntraced(function* (access: InstallAccess) {
  const invocation = yield* Invocation
  const effective = [...access.capabilities].filter((name) => isEffective(access, invocation, name))
  return hostHeadersOf(effective, yield* taken)
})
