import { type Bound, bounded, defaultsOf } from "@alga-psa/ext-domain/Bound"
import { Record, Schema } from "effect"

const kibibyte = 1_024
const mebibyte = 1_024 * kibibyte

/**
 * Everything that bounds one execution. Bodies and memory are bounded as the product bounds them.
 *
 * `timeoutMs` bounds a request from its arrival to its answer. The sandbox gets what is left of it, and counts that from
 * when it is asked. The default stays under the 30,000 ms of the gateway in front.
 */
export const limitBounds = {
  timeoutMs: {
    purpose: "Time from the arrival of a request to its answer, all waiting included.",
    unit: "milliseconds",
    default: 25_000,
    least: 1,
    most: 300_000
  },
  cpuMs: {
    purpose: "Processor time that the guest's process may use for this execution. Enforced if the system has /proc.",
    unit: "milliseconds",
    default: 10_000,
    least: 10,
    most: 300_000
  },
  memoryMb: {
    purpose: "Linear memory of one instance, all memories together.",
    unit: "MiB",
    default: 256,
    least: 1,
    most: 512
  },
  componentBytes: {
    purpose: "Largest component at intake.",
    unit: "bytes",
    default: 32 * mebibyte,
    least: 1,
    most: 128 * mebibyte
  },
  glueBytes: {
    purpose: "Largest JavaScript that intake generates for a component's types.",
    unit: "bytes",
    default: 4 * mebibyte,
    least: kibibyte,
    most: 32 * mebibyte
  },
  requestBodyBytes: {
    purpose: "Largest body of the request.",
    unit: "bytes",
    default: 10 * mebibyte,
    least: 0,
    most: 64 * mebibyte
  },
  responseBodyBytes: {
    purpose: "Largest body of the response.",
    unit: "bytes",
    default: 10 * mebibyte,
    least: 0,
    most: 64 * mebibyte
  },
  headers: {
    purpose: "Headers of the request, and of the response.",
    unit: "headers",
    default: 200,
    least: 0,
    most: 10_000
  },
  headerBytes: {
    purpose: "Names and values of all headers together, with method and URL of the request.",
    unit: "bytes",
    default: 64 * kibibyte,
    least: kibibyte,
    most: mebibyte
  },
  hostCalls: {
    purpose: "Host calls of one execution; log lines count too.",
    unit: "calls",
    default: 1_000,
    least: 0,
    most: 100_000
  },
  hostCallBytes: {
    purpose: "The arguments of one host call, and its reply, as they cross the pipe.",
    unit: "bytes",
    default: 4 * mebibyte,
    least: kibibyte,
    most: 64 * mebibyte
  },
  hostCallValues: {
    purpose: "Values in the arguments of one host call: each record, list, text, number and empty option is one.",
    unit: "values",
    default: 10_000,
    least: 100,
    most: 50_000
  },
  hostCallTotalBytes: {
    purpose: "All host calls of one execution together, arguments and replies.",
    unit: "bytes",
    default: 64 * mebibyte,
    least: kibibyte,
    most: 1_024 * mebibyte
  },
  hostCallTotalValues: {
    purpose: "Values in the arguments of all host calls of one execution together.",
    unit: "values",
    default: 100_000,
    least: 100,
    most: 5_000_000
  },
  logLines: {
    purpose: "Log lines of one execution; more are dropped.",
    unit: "lines",
    default: 1_000,
    least: 0,
    most: 100_000
  },
  logLineBytes: {
    purpose: "Largest log line, in UTF-8; the rest is cut off.",
    unit: "bytes",
    default: 8 * kibibyte,
    least: 16,
    most: mebibyte
  },
  logBytes: {
    purpose: "All log lines of one execution together; more are dropped.",
    unit: "bytes",
    default: mebibyte,
    least: 16,
    most: 64 * mebibyte
  }
} as const satisfies { readonly [name: string]: Bound }

/** The limits of one execution, each within its {@link limitBounds}. */
export const Limits = Schema.Struct(Record.map(limitBounds, bounded))
export interface Limits extends Schema.Schema.Type<typeof Limits> {}

/** The limits that hold where a deployment sets none. */
export const defaultLimits: Limits = defaultsOf(limitBounds)

/** What a request may ask to have lowered. */
export interface LowerLimits {
  readonly timeoutMs?: number | null | undefined
  readonly memoryMb?: number | null | undefined
}

const lowest = (limit: number, asked: number | null | undefined): number =>
  asked === null || asked === undefined || Number.isNaN(asked) ? limit : Math.max(1, Math.min(limit, Math.floor(asked)))

/** The limits with a request's wishes applied: lower ones hold, higher ones change nothing, less than 1 counts as 1. */
export const lower = (limits: Limits, asked: LowerLimits): Limits => ({
  ...limits,
  timeoutMs: lowest(limits.timeoutMs, asked.timeoutMs),
  memoryMb: lowest(limits.memoryMb, asked.memoryMb)
})

/** The limits with none above those of `most`. */
export const capped = (limits: Limits, most: Limits): Limits =>
  Record.map(most, (limit, name) => Math.min(limit, limits[name]))

/** Pages of 64 KiB in `memoryMb`. */
export const memoryPages = (limits: Pick<Limits, "memoryMb">): number => limits.memoryMb * 16
