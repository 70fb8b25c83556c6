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
 * | `cpuMs` | milliseconds | 10,000 | 10 | 300,000 |
 * | `memoryMb` | MiB | 256 | 1 | 512 |
 * | `componentBytes` | bytes | 32 MiB | 1 | 128 MiB |
 * | `glueBytes` | bytes | 4 MiB | 1,024 | 32 MiB |
 * | `requestBodyBytes` | bytes | 10 MiB | 0 | 64 MiB |
 * | `responseBodyBytes` | bytes | 10 MiB | 0 | 64 MiB |
 * | `headers` | headers | 200 | 0 | 10,000 |
 * | `headerBytes` | bytes | 64 KiB | 1,024 | 1 MiB |
 * | `hostCalls` | calls | 1,000 | 0 | 100,000 |
 * | `hostCallBytes` | bytes | 4 MiB | 1,024 | 64 MiB |
 * | `hostCallValues` | values | 10,000 | 100 | 50,000 |
 * | `hostCallTotalBytes` | bytes | 64 MiB | 1,024 | 1 GiB |
 * | `logLines` | lines | 1,000 | 0 | 100,000 |
 * | `logLineBytes` | bytes | 8 KiB | 16 | 1 MiB |
 * | `logBytes` | bytes | 1 MiB | 16 | 64 MiB |
 *
 * The default timeout stays under the 30,000 ms of the gateway in front. Bodies and memory are bounded as the product bounds
 * them.
 */
export const Limits = Schema.Struct({
  timeoutMs: bound({
    unit: "milliseconds",
    minimum: 1,
    maximum: 300_000,
    for: "Wall clock from the moment an execution is asked for, waiting for a free process included."
  }),
  cpuMs: bound({
    unit: "milliseconds",
    minimum: 10,
    maximum: 300_000,
    for: "Time on processors of the process that runs the guest, while it runs this execution. Held where the system has /proc."
  }),
  memoryMb: bound({
    unit: "MiB",
    minimum: 1,
    maximum: 512,
    for: "All linear memory of one instance together."
  }),
  componentBytes: bound({ unit: "bytes", minimum: 1, maximum: 128 * mebibyte, for: "A component at intake." }),
  glueBytes: bound({
    unit: "bytes",
    minimum: 1_024,
    maximum: 32 * mebibyte,
    for: "The JavaScript that intake generates for a component's types."
  }),
  requestBodyBytes: bound({ unit: "bytes", minimum: 0, maximum: 64 * mebibyte, for: "The body of the request." }),
  responseBodyBytes: bound({ unit: "bytes", minimum: 0, maximum: 64 * mebibyte, for: "The body of the response." }),
  headers: bound({ unit: "headers", minimum: 0, maximum: 10_000, for: "Headers of the request, and of the response." }),
  headerBytes: bound({
    unit: "bytes",
    minimum: 1_024,
    maximum: mebibyte,
    for: "Names and values of all headers together, with method and URL of the request."
  }),
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
  hostCallValues: bound({
    unit: "values",
    minimum: 100,
    maximum: 50_000,
    for: "Values in the arguments of one host call: each record, list, text, number and empty option is one."
  }),
  hostCallTotalBytes: bound({
    unit: "bytes",
    minimum: 1_024,
    maximum: 1_024 * mebibyte,
    for: "All host calls of one execution together, arguments and replies."
  }),
  logLines: bound({
    unit: "lines",
    minimum: 0,
    maximum: 100_000,
    for: "Log lines of one execution; more are dropped."
  }),
  logLineBytes: bound({
    unit: "bytes",
    minimum: 16,
    maximum: mebibyte,
    for: "One log line in UTF-8; more is cut off."
  }),
  logBytes: bound({
    unit: "bytes",
    minimum: 16,
    maximum: 64 * mebibyte,
    for: "All log lines of one execution together; more are dropped."
  })
})
export interface Limits extends Schema.Schema.Type<typeof Limits> {}

/** The limits that hold where a deployment sets none. */
export const defaultLimits: Limits = {
  timeoutMs: 25_000,
  cpuMs: 10_000,
  memoryMb: 256,
  componentBytes: 32 * mebibyte,
  glueBytes: 4 * mebibyte,
  requestBodyBytes: 10 * mebibyte,
  responseBodyBytes: 10 * mebibyte,
  headers: 200,
  headerBytes: 65_536,
  hostCalls: 1_000,
  hostCallBytes: 4 * mebibyte,
  hostCallValues: 10_000,
  hostCallTotalBytes: 64 * mebibyte,
  logLines: 1_000,
  logLineBytes: 8_192,
  logBytes: mebibyte
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
export const capped = (limits: Limits, most: Limits): Limits => {
  const names = Object.keys(most) as ReadonlyArray<keyof Limits>
  return Object.fromEntries(names.map((name) => [name, Math.min(limits[name], most[name])])) as unknown as Limits
}

/** Pages of 64 KiB in `memoryMb`. */
export const memoryPages = (limits: Pick<Limits, "memoryMb">): number => limits.memoryMb * 16
