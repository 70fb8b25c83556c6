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
  Sandbox
} from "../../src/index.ts"
import { requestOf } from "../support/Run.ts"

/** Answers the host calls of one request. */
export type Host<R> = (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>

const limits = { ...defaultLimits, timeoutMs: 10_000, cpuMs: 3_000, memoryMb: 16 }

/** Failures that say more of the machine than of the guest. */
const ofTheMachine: ReadonlySet<string> = new Set(["timeout", "cpu-limit", "unavailable", "overloaded"])

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === "bigint" ? `${part}n` : part instanceof Uint8Array ? Buffer.from(part).toString("hex") : part
  )

/** All that a request shows to its caller and its host, as text; null where the machine was too slow to tell. */
export const observe = Effect.fnUntraced(function* <R>(
  component: Component,
  installId: string,
  body: Uint8Array,
  host: Host<R>
) {
  const calls: Array<string> = []
  const sandbox = yield* Sandbox
  const answer = yield* sandbox
    .execute({
      component,
      tenantId: "tenant",
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
  return answer === null ? null : [answer, ...calls].join("\n")
})
