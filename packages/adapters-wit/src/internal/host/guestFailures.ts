import { ExecutionFailed, type ExecutionFailedReason } from "../../ExecutionFailed.ts"
import type { FailReason } from "../child/Messages.ts"
import type { GuestMessage } from "./GuestMessage.ts"
import { logLine } from "./logLine.ts"

const detailBytes = 2_048

const reasons = {
  trap: "trap",
  "too-deep": "too-deep",
  "memory-limit": "memory-limit",
  load: "crashed",
  "response-too-large": "response-too-large",
  "response-header-limit": "response-header-limit",
  "response-headers-too-large": "response-headers-too-large",
  "host-call-too-large": "host-call-too-large"
} as const satisfies Readonly<Record<FailReason, ExecutionFailedReason>>

/** What an execution fails with whose guest sends this message where another was due. */
export const unexpected = (message: GuestMessage): ExecutionFailed =>
  message.type === "fail"
    ? new ExecutionFailed({ reason: reasons[message.reason], detail: logLine(message.detail, detailBytes) })
    : new ExecutionFailed({ reason: "protocol", detail: `a message of type ${message.type} out of turn` })
