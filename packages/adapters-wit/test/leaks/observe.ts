import { Buffer } from "node:buffer"
import { Effect } from "effect"
import {
  type Component,
  defaultLimits,
  type ExecuteResponse,
  type ExecutionFailed,
  type HostCall,
  type HostReply,
  type ProtocolViolation,
  type SandboxService
} from "../../src/index.ts"
import { requestOf } from "../support/Run.ts"

/** Who a request is for. */
export interface Party {
  readonly tenantId: string
  readonly installId: string
}

/** Answers the host calls of one request. */
export type Host<R> = (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>

const limits = { ...defaultLimits, timeoutMs: 60_000, cpuMs: 3_000, memoryMb: 16 }

/** Failures that say more of the machine than of the guest. */
const ofTheMachine: ReadonlySet<string> = new Set(["timeout", "cpu-limit", "unavailable", "overloaded"])

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === "bigint" ? `${part}n` : part instanceof Uint8Array ? Buffer.from(part).toString("hex") : part
  )

/** How many requests ended how. */
export const outcomes = new Map<string, number>()

/** All that a request shows to its caller and its host, as text; null where the machine was too slow to tell. */
export const observe = Effect.fnUntraced(function* <R>(
  sandbox: SandboxService,
  component: Component,
  { installId, tenantId }: Party,
  body: Uint8Array,
  host: Host<R>
) {
  const calls: Array<string> = []
  const answer = yield* sandbox
    .execute({
      component,
      tenantId,
      installId,
      request: requestOf(body),
      limits,
      host: (call) => {
        calls.push(textOf(call))
        return host(call)
      }
    })
    .pipe(
      Effect.match({
        onSuccess: (response: ExecuteResponse) => textOf(response),
        onFailure: ({ reason }: ExecutionFailed) => (ofTheMachine.has(reason) ? null : reason)
      })
    )
  const outcome = answer?.startsWith("{") ? "answered" : (answer ?? "too slow")
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  return answer === null ? null : [answer, ...calls].join("\n")
})
