import { Schema } from "effect"

const messages = {
  timeout: "the extension did not answer within its time limit",
  trap: "the extension stopped with an error",
  "memory-limit": "the extension needs more memory than its limit",
  "request-too-large": "the request is larger than the limit",
  "response-invalid": "the extension gave an invalid response",
  "response-too-large": "the extension's response is larger than the limit",
  "host-call-limit": "the extension exceeded the limit of host calls",
  protocol: "the extension broke the rules of its host",
  crashed: "the extension's process ended unexpectedly",
  unavailable: "no process was free to run the extension in time"
} as const

/** Why an execution gave no response. */
export type ExecutionFailedReason = keyof typeof messages

const reasons = Object.keys(messages) as ReadonlyArray<ExecutionFailedReason>

/**
 * An execution gave no response. The process that ran it is gone; the next execution starts clean. `message` depends on
 * the reason alone and may be shown to callers.
 *
 * - `timeout`: the wall clock of `Limits.timeoutMs` ran out.
 * - `trap`: the guest hit an instruction that traps, threw, or ran out of memory or stack.
 * - `memory-limit`: the component's memories start larger than `Limits.memoryMb`. Raise the limit for it.
 * - `request-too-large`, `response-too-large`: a body is larger than its limit.
 * - `response-invalid`: the response is no HTTP response (such as a status outside 100 to 599).
 * - `host-call-limit`: more host calls than `Limits.hostCalls`, or one larger than `Limits.hostCallBytes`.
 * - `protocol`: the process sent something that no component can send through the world.
 * - `crashed`: the process ended by itself.
 * - `unavailable`: the wall clock ran out while waiting for a free process, or no process can be started.
 */
export class ExecutionFailed extends Schema.TaggedError<ExecutionFailed>()("ExecutionFailed", {
  reason: Schema.Literals(reasons),
  /** What happened, for the host's own log. It may hold text of the guest's. */
  detail: Schema.String
}) {
  override get message(): string {
    return messages[this.reason]
  }
}
