import { type Component, type ExecutionFailed, Executor, type Limits, lower } from "@alga-psa/ext-adapters-wit"
import {
  Authorization,
  asExecution,
  type InstallAccess,
  type InvocationData,
  parseCapabilities
} from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import { Components } from "./Components.ts"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import { type ExecuteResponse, executeResponse, guestRequest } from "./ExecuteResponse.ts"
import { checkOrigin } from "./Origin.ts"
import { fail, type RunnerError } from "./RunnerError.ts"

/** Runs an installed extension once. */
export class Execution extends Context.Service<
  Execution,
  {
    /**
     * Carries out a verified caller's request: finds the install, its grants and its component, and runs the handler.
     * `requestId` names the execution in logs.
     */
    readonly run: (request: ExecuteRequest, requestId: string) => Effect.Effect<ExecuteResponse, RunnerError>
  }
>()("@alga-psa/ext-runner/Execution") {}

const invocationOf = (request: ExecuteRequest, requestId: string): InvocationData => {
  const { context, user } = request
  return {
    tenantId: context.tenant_id,
    extensionId: context.extension_id,
    installId: context.install_id,
    versionId: context.version_id ?? null,
    requestId,
    trigger: context.trigger ?? null,
    user: user
      ? {
          userId: user.user_id,
          userEmail: user.user_email ?? "",
          userName: user.user_name ?? "",
          userType: user.user_type ?? "",
          clientName: user.client_name ?? user.company_name ?? "",
          clientId: user.client_id ?? null,
          additionalFields: user.additional_fields ?? {}
        }
      : null,
    restrictTo: request.providers ? parseCapabilities(request.providers) : null
  }
}

const available = Effect.gen(function* () {
  const authorization = yield* Authorization
  return yield* authorization.install
}).pipe(
  Effect.catchTags({
    InstallUnavailable: ({ reason }) =>
      Effect.fail(
        fail(
          (
            {
              unknown: "unknown_install",
              disabled: "install_disabled",
              "tenant-suspended": "tenant_suspended"
            } as const
          )[reason]
        )
      ),
    DataSourceError: (error) => Effect.fail(fail(error.retryable ? "data_unavailable" : "internal", "", error))
  })
)

const checkVersion = (access: InstallAccess, hash: string): Effect.Effect<void, RunnerError> => {
  if (access.unknownCapabilities.length > 0) {
    return Effect.fail(fail("unknown_capabilities", access.unknownCapabilities.join(", ")))
  }
  return access.contentHashes.includes(hash)
    ? Effect.void
    : Effect.fail(fail("bundle_fetch_failed", "the installed version has no bundle of this content hash"))
}

/** Reasons that lie in the load of the host, and not in the extension. */
const underLoad: ReadonlySet<string> = new Set(["unavailable", "overloaded"])

const failed = ({ detail, message, reason }: ExecutionFailed): RunnerError =>
  underLoad.has(reason) ? fail("overloaded", message, detail) : fail("execute_failed", `${reason}: ${message}`, detail)

/** Executions over the sandbox, the bundle store and the ports. A request may lower `limits`, never raise them. */
export const layer = (limits: Limits): Layer.Layer<Execution, never, Authorization | Components | Executor> =>
  Layer.effect(
    Execution,
    Effect.gen(function* () {
      const authorization = yield* Authorization
      const components = yield* Components
      const executor = yield* Executor

      const execute = Effect.fn("Execution.run")(function* (request: ExecuteRequest) {
        const access = yield* available
        const hash = request.context.content_hash
        yield* checkVersion(access, hash)
        const key = { tenant: request.context.tenant_id, extension: request.context.extension_id, hash }
        const component = yield* components.get(key)
        const lowered = lower(limits, {
          timeoutMs: request.limits?.timeout_ms,
          memoryMb: request.limits?.memory_mb
        })
        const run = (from: Component) => executor.execute(from, guestRequest(request), lowered)
        const response = yield* Effect.catchIf(
          run(component),
          ({ reason }) => reason === "component-gone",
          () => Effect.flatMap(components.renew(key, component), run)
        )
        return executeResponse(response)
      })

      return Execution.of({
        run: (request, requestId) =>
          Effect.andThen(checkOrigin(request), execute(request)).pipe(
            Effect.catchTag("ExecutionFailed", (error) => Effect.fail(failed(error))),
            Effect.provideService(Authorization, authorization),
            asExecution(invocationOf(request, requestId))
          )
      })
    })
  )
