import { Schema } from "effect"

const bound = (options: {
  readonly unit: string
  readonly minimum: number
  readonly maximum: number
  readonly for: string
}) =>
  Schema.Int.annotate({ description: `${options.for} Unit: ${options.unit}.` }).check(
    Schema.isBetween(
      { minimum: options.minimum, maximum: options.maximum },
      { message: `must be ${options.minimum} to ${options.maximum} ${options.unit}` }
    )
  )

const mebibyte = 1_048_576

/**
 * Everything that bounds one execution. {@link defaultLimits} has the values that hold where nothing else is set.
 *
 * | name | unit | default | minimum | maximum |
 * | --- | --- | --- | --- | --- |
 * | `timeoutMs` | milliseconds | 25,000 | 1 | 300,000 |
 * | `memoryMb` | MiB | 64 | 1 | 512 |
 * | `componentBytes` | bytes | 32 MiB | 1 | 128 MiB |
 * | `requestBodyBytes` | bytes | 10,000,000 | 0 | 64 MiB |
 * | `responseBodyBytes` | bytes | 10,000,000 | 0 | 64 MiB |
 * | `hostCalls` | calls | 1,000 | 0 | 100,000 |
 * | `hostCallBytes` | bytes | 4 MiB | 1,024 | 64 MiB |
 * | `logLines` | lines | 1,000 | 0 | 100,000 |
 * | `logLineBytes` | bytes | 8 KiB | 16 | 1 MiB |
 *
 * The default timeout stays under the 30,000 ms of the gateway in front; bodies are bounded as the gateway bounds them.
 */
export const Limits = Schema.Struct({
  timeoutMs: bound({
    unit: "milliseconds",
    minimum: 1,
    maximum: 300_000,
    for: "Wall clock from the moment an execution is asked for, waiting for a free process included."
  }),
  memoryMb: bound({
    unit: "MiB",
    minimum: 1,
    maximum: 512,
    for: "All linear memory of one instance together."
  }),
  componentBytes: bound({ unit: "bytes", minimum: 1, maximum: 128 * mebibyte, for: "A component at intake." }),
  requestBodyBytes: bound({ unit: "bytes", minimum: 0, maximum: 64 * mebibyte, for: "The body of the request." }),
  responseBodyBytes: bound({ unit: "bytes", minimum: 0, maximum: 64 * mebibyte, for: "The body of the response." }),
  hostCalls: bound({
    unit: "calls",
    minimum: 0,
    maximum: 100_000,
    for: "Host calls of one execution; log lines count too."
  }),
  hostCallBytes: bound({
    unit: "bytes",
    minimum: 1_024,
    maximum: 64 * mebibyte,
    for: "The arguments of one host call, and its reply, as they cross the pipe."
  }),
  logLines: bound({
    unit: "lines",
    minimum: 0,
    maximum: 100_000,
    for: "Log lines of one execution; more are dropped."
  }),
  logLineBytes: bound({ unit: "bytes", minimum: 16, maximum: mebibyte, for: "One log line in UTF-8; more is cut off." })
})
export interface Limits extends Schema.Schema.Type<typeof Limits> {}

/** The limits that hold where a deployment sets none. */
export const defaultLimits: Limits = {
  timeoutMs: 25_000,
  memoryMb: 64,
  componentBytes: 32 * mebibyte,
  requestBodyBytes: 10_000_000,
  responseBodyBytes: 10_000_000,
  hostCalls: 1_000,
  hostCallBytes: 4 * mebibyte,
  logLines: 1_000,
  logLineBytes: 8_192
}

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
export const capped = (limits: Limits, most: Limits): Limits => ({
  timeoutMs: Math.min(limits.timeoutMs, most.timeoutMs),
  memoryMb: Math.min(limits.memoryMb, most.memoryMb),
  componentBytes: Math.min(limits.componentBytes, most.componentBytes),
  requestBodyBytes: Math.min(limits.requestBodyBytes, most.requestBodyBytes),
  responseBodyBytes: Math.min(limits.responseBodyBytes, most.responseBodyBytes),
  hostCalls: Math.min(limits.hostCalls, most.hostCalls),
  hostCallBytes: Math.min(limits.hostCallBytes, most.hostCallBytes),
  logLines: Math.min(limits.logLines, most.logLines),
  logLineBytes: Math.min(limits.logLineBytes, most.logLineBytes)
})

/** Pages of 64 KiB in `memoryMb`. */
export const memoryPages = (limits: Pick<Limits, "memoryMb">): number => limits.memoryMb * 16
