import { Effect, Schema } from "effect"
import type { Limits } from "./Limits.ts"

const table = {
  timeout: ["the extension did not answer within its time limit", "timeoutMs"],
  "cpu-limit": ["the extension used more processor time than its limit", "cpuMs"],
  trap: ["the extension stopped with an error", null],
  "too-deep": ["the extension's calls are nested too deep", null],
  "memory-limit": ["the extension needs more memory than its limit", "memoryMb"],
  "request-too-large": ["the request is larger than the limit", "requestBodyBytes"],
  "request-header-limit": ["the request has more headers than the limit", "headers"],
  "request-headers-too-large": ["the request's headers are larger than the limit", "headerBytes"],
  "response-invalid": ["the extension gave an invalid response", null],
  "response-too-large": ["the extension's response is larger than the limit", "responseBodyBytes"],
  "response-header-limit": ["the extension's response has more headers than the limit", "headers"],
  "response-headers-too-large": ["the headers of the extension's response are larger than the limit", "headerBytes"],
  "host-call-limit": ["the extension exceeded the limit of host calls", "hostCalls"],
  "host-call-too-large": ["a host call of the extension is larger than the limit", "hostCallBytes"],
  "host-reply-too-large": ["the answer to a host call of the extension is larger than the limit", "hostCallBytes"],
  "too-many-values": ["a host call of the extension holds more values than the limit", "hostCallValues"],
  "too-many-values-in-all": [
    "the host calls of the extension together hold more values than the limit",
    "hostCallTotalValues"
  ],
  "host-calls-too-large": ["the host calls of the extension together are larger than the limit", "hostCallTotalBytes"],
  protocol: ["the extension broke the rules of its host", null],
  "component-gone": ["the extension's files are gone; try again", null],
  crashed: ["the extension's process ended unexpectedly", null],
  overloaded: ["too many executions are waiting; try again later", null],
  unavailable: ["no process was free to run the extension in time", null]
} as const satisfies Readonly<Record<string, readonly [message: string, limit: keyof Limits | null]>>

/** Why an execution gave no response. */
export type ExecutionFailedReason = keyof typeof table

/** All of them. */
export const executionFailedReasons = Object.keys(table) as ReadonlyArray<ExecutionFailedReason>

/**
 * An execution gave no response. The process that ran it is gone; the next execution starts clean. `message` depends on
 * the reason alone and may be shown to callers. Where a limit ended it, the message names the limit.
 *
 * - `timeout`: the wall clock of `Limits.timeoutMs` ran out.
 * - `cpu-limit`: the guest used more processor time than `Limits.cpuMs`.
 * - `trap`: the guest hit an instruction that traps, or threw.
 * - `too-deep`: the guest ran out of stack, as code does that calls itself without end.
 * - `memory-limit`: the component's memories start larger than `Limits.memoryMb`, or the guest was refused more memory and
 * then hit an instruction that traps. Raise the limit for it. If a component's instances serve one request each, nobody
 * sees that it was refused memory: that is a `trap`.
 * - `request-too-large`, `response-too-large`: a body is larger than its limit.
 * - `request-header-limit`, `response-header-limit`: more headers than `Limits.headers`.
 * - `request-headers-too-large`, `response-headers-too-large`: more bytes of headers than `Limits.headerBytes`.
 * - `response-invalid`: HTTP cannot carry the response: a status outside 200 to 599, a header that no server can send,
 *   two cookies.
 * - `host-call-limit`: more host calls than `Limits.hostCalls`.
 * - `host-call-too-large`, `host-reply-too-large`: one of them, or its answer, is larger than `Limits.hostCallBytes`.
 * - `too-many-values`: the arguments of a host call hold more than `Limits.hostCallValues`.
 * - `too-many-values-in-all`: the arguments of all host calls together hold more than `Limits.hostCallTotalValues`.
 * - `host-calls-too-large`: all host calls and their answers together are larger than `Limits.hostCallTotalBytes`.
 * - `protocol`: the process sent something that no component can send through the world, or a field that the world does not
 *   have carries a value.
 * - `component-gone`: the component's files were taken away to make room, or cannot be read. Nothing ran.
 * - `crashed`: the process ended by itself.
 * - `overloaded`: the queue is full, and this is the newest execution of the tenant with the most waiting ones. Or
 *   there is no room for its answer, because others wait for their callers. Nothing ran.
 * - `unavailable`: the wall clock ran out while waiting for a free process, no process can be started, or the sandbox is
 *   closing.
 */
export class ExecutionFailed extends Schema.TaggedError<ExecutionFailed>()("ExecutionFailed", {
  reason: Schema.Literals(executionFailedReasons),
  /** What happened, for the host's own log. It may hold text of the guest's. */
  detail: Schema.String,
  /** Whether the guest had got the request by then, so that its handler may have done something. Default: false. */
  ran: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(false)))
}) {
  /** The limit that ended it, or null. */
  get limit(): keyof Limits | null {
    return table[this.reason][1]
  }

  override get message(): string {
    const [message] = table[this.reason]
    return this.limit === null ? message : `${message} (${this.limit})`
  }
}
