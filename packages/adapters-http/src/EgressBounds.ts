import type { Bound, TimeBound } from "@alga-psa/ext-domain/Bound"

/** The numbers of requests to the outside. The settings `ALGA_EXTENSION_RUNNER_EGRESS_…` are made from them. */
export const egressBounds = {
  requests: {
    purpose: "Requests to the outside that one execution may send.",
    unit: "requests",
    default: 100,
    least: 1,
    most: 100_000
  },
  concurrency: {
    purpose:
      "Concurrent requests to the outside; a tenant may have three quarters. More requests wait, within their time.",
    unit: "requests",
    default: 64,
    least: 1,
    most: 1_024
  }
} as const satisfies { readonly [name: string]: Bound }

/** How long a request to the outside may take. */
export const egressTimes = {
  timeout: {
    purpose: "How long a request of an extension may take, within its execution's own time.",
    default: "30 seconds",
    least: "100 millis"
  }
} as const satisfies { readonly [name: string]: TimeBound }

/** A host call's reply holds an answer with its headers, of which there are 16 KiB at most. */
const roomForHeaders = 65_536

/** The largest body of a request, and of an answer, that fits into a host call of so many bytes. */
export const bodyBytesWithin = (hostCallBytes: number): number => Math.max(0, hostCallBytes - roomForHeaders)
