import type { Duration } from "effect"

/** What bounds the callers of an HTTP server. */
export interface HttpBounds {
  /** Largest body, in bytes. */
  readonly bodyBytes: number
  /** Largest head of a request, in bytes. */
  readonly headerBytes: number
  /** How long a caller may take to send the head. */
  readonly headersTimeout: Duration.Input
  /** How long a caller may take to send all of a request. */
  readonly requestTimeout: Duration.Input
  /** How long a caller may take to receive all of an answer. */
  readonly answerTimeout: Duration.Input
  /** Bytes of bodies of requests under way, all together; a request waits for room. */
  readonly bodiesBytes: number
  /** Bytes of answers that may wait for their callers, all together; beyond it no execution begins. */
  readonly answerBytes: number
  /** How long a connection may stay without a request; longer than the balancer's own. */
  readonly keepAliveTimeout: Duration.Input
  /** Most connections; more are closed at once. */
  readonly maxConnections: number
}

/** The bounds where nothing else is said. Durations are written as settings write them. */
export const httpDefaults = {
  bodyBytes: 16_777_216,
  headerBytes: 16_384,
  headersTimeout: "10 seconds",
  requestTimeout: "30 seconds",
  answerTimeout: "60 seconds",
  bodiesBytes: 268_435_456,
  answerBytes: 268_435_456,
  keepAliveTimeout: "65 seconds",
  maxConnections: 10_000
} as const satisfies HttpBounds
