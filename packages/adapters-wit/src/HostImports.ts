import { type GuardedPorts, type Invocation, meteredAtZero, type ResourceReads, resources } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import { GuestLines } from "./GuestLines.ts"
import { type HostCall, type HostReply, ProtocolViolation } from "./HostCall.ts"
import { contextInterface } from "./internal/imports/context.ts"
import type { HostInterface } from "./internal/imports/hostFunction.ts"
import { httpInterface } from "./internal/imports/http.ts"
import { invoicingInterface } from "./internal/imports/invoicing.ts"
import { loggingInterface } from "./internal/imports/logging.ts"
import { resourceInterfaces } from "./internal/imports/resource.ts"
import { schedulerInterface } from "./internal/imports/scheduler.ts"
import { secretsInterface } from "./internal/imports/secrets.ts"
import { storageInterface } from "./internal/imports/storage.ts"
import { uiProxyInterface } from "./internal/imports/uiProxy.ts"
import { userInterface, userV2Interface } from "./internal/imports/user.ts"
import { packageName } from "./KnownWorld.ts"
import type { Limits } from "./Limits.ts"

/** Answers a host call for the current execution. */
export type AnswerHostCall = (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, Invocation>

/**
 * Turns host calls into effects.
 *
 * Guarantees:
 * - The tenant, install and user are those of the `Invocation`; no argument names or changes them.
 * - A failing read is exactly one of `not-allowed`, `invalid-input` and `internal`; a defect is `internal` and logged.
 * - Every function that a capability gates goes through the domain's guard. What the guard refuses is the interface's own
 *   refusal to the guest.
 * - An unknown function, and arguments of other types, are a {@link ProtocolViolation}.
 */
export interface HostImportsService {
  /** The imports of one execution. Its log lines are counted together. */
  readonly forExecution: (limits: Pick<Limits, "logLines" | "logLineBytes" | "logBytes">) => AnswerHostCall
}

/** The imports of the world. */
export class HostImports extends Context.Service<HostImports, HostImportsService>()(
  "@alga-psa/ext-adapters-wit/HostImports"
) {}

const make = Effect.gen(function* () {
  yield* meteredAtZero(["context.get-context", "logging.log-info", "logging.log-warn", "logging.log-error"])
  yield* meteredAtZero(["user.get-user", "user-v2.get-user"], ["not-available"])
  const tell = yield* GuestLines
  const reads = yield* Effect.forEach(resources, (resource) => resourceInterfaces(resource))
  const shared: ReadonlyArray<readonly [name: string, functions: HostInterface<Invocation>]> = [
    ["context", contextInterface],
    ["secrets", yield* secretsInterface],
    ["http", yield* httpInterface],
    ["storage", yield* storageInterface],
    ["ui-proxy", yield* uiProxyInterface],
    ["user", userInterface],
    ["user-v2", userV2Interface],
    ["scheduler", yield* schedulerInterface],
    ["invoicing", yield* invoicingInterface],
    ...reads.flat()
  ]
  const interfaces = new Map(shared.map(([name, functions]) => [`${packageName}/${name}`, functions]))

  return HostImports.of({
    forExecution: (limits) => {
      const logging = loggingInterface(limits, tell)
      return (call) => {
        const functions = call.interface === `${packageName}/logging` ? logging : interfaces.get(call.interface)
        const answer = functions?.get(call.function)
        return answer === undefined
          ? Effect.fail(new ProtocolViolation({ detail: "a function that the world does not have" }))
          : answer(call.args)
      }
    }
  })
})

/** The imports over the guarded reads and the guarded ports. */
export const layerHostImports: Layer.Layer<HostImports, never, ResourceReads | GuardedPorts> = Layer.effect(
  HostImports,
  make
)
