import { type Bound, defaultsOf, type TimeBound } from "@alga-psa/ext-domain/Bound"
import type { Duration } from "effect"

/** The numbers that bound the callers of an HTTP server. The settings `ALGA_EXTENSION_RUNNER_HTTP_…` are made from them. */
export const httpBounds = {
  bodyBytes: {
    purpose: "Largest request body, envelope included.",
    unit: "bytes",
    default: 16_777_216,
    least: 1_024,
    most: 268_435_456
  },
  headerBytes: {
    purpose: "Largest head of a request.",
    unit: "bytes",
    default: 16_384,
    least: 4_096,
    most: 1_048_576
  },
  bodiesBytes: {
    purpose:
      "Request bodies under way until they are answered, all together; a tenant may have half of it. Beyond it a request waits.",
    unit: "bytes",
    default: null,
    defaultIs: "a thirty-second of the memory, at most 256 MiB and at least two of the largest bodies",
    least: 1_048_576,
    most: 68_719_476_736
  },
  answerBytes: {
    purpose:
      "Answers that may wait for their callers, all together; a tenant may have half of it. Beyond it no execution begins.",
    unit: "bytes",
    default: null,
    defaultIs: "a sixteenth of the memory, 32 to 256 MiB",
    least: 1_048_576,
    most: 68_719_476_736
  },
  maxConnections: {
    purpose: "Most connections of callers; more are closed at once.",
    unit: "connections",
    default: 10_000,
    least: 1,
    most: 1_000_000
  }
} as const satisfies { readonly [name: string]: Bound }

/** How long its callers may take. */
export const httpTimes = {
  headersTimeout: { purpose: "How long a caller may take to send the head of a request.", default: "10 seconds" },
  requestTimeout: { purpose: "How long a caller may take to send a whole request.", default: "30 seconds" },
  answerTimeout: { purpose: "How long a caller may take to receive a whole answer.", default: "60 seconds" },
  /** Longer than the balancer's own. */
  keepAliveTimeout: { purpose: "How long a connection may stay without a request.", default: "65 seconds" }
} as const satisfies { readonly [name: string]: TimeBound }

/** What bounds the callers of an HTTP server: {@link httpBounds} and {@link httpTimes} say what each is for. */
export type HttpBounds = { readonly [Name in keyof typeof httpBounds]: number } & {
  readonly [Name in keyof typeof httpTimes]: Duration.Input
}

/** The bounds where nothing else is said; those of all requests together are the most that follows from a machine's memory. */
export const httpDefaults: HttpBounds = {
  ...defaultsOf(httpBounds),
  bodiesBytes: 268_435_456,
  answerBytes: 268_435_456,
  headersTimeout: httpTimes.headersTimeout.default,
  requestTimeout: httpTimes.requestTimeout.default,
  answerTimeout: httpTimes.answerTimeout.default,
  keepAliveTimeout: httpTimes.keepAliveTimeout.default
}
