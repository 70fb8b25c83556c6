import {
  type Component,
  type ExecutionFailed,
  Executor,
  GuestLines,
  type ExecuteResponse as GuestResponse,
  type Limits,
  lower
} from "@alga-psa/ext-adapters-wit"
import {
  Authorization,
  asExecution,
  type InstallAccess,
  Invocation,
  isEffective,
  Secrets,
  TimeLeft,
  type UsedRights
} from "@alga-psa/ext-domain"
import { spanned } from "@alga-psa/ext-domain/Spanned"
import { Context, Effect, Layer } from "effect"
import { Components } from "./Components.ts"
import { Deadline, LongestTime, rest, waitFor, withDeadline } from "./Deadline.ts"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import { type ExecuteResponse, executeResponse, guestRequest } from "./ExecuteResponse.ts"
import { hostHeaders } from "./HostHeaders.ts"
import { invocationOf } from "./internal/invocation.ts"
import { makeNoteUnknown } from "./internal/noteUnknown.ts"
import { ofData, ofInstall } from "./internal/refusals.ts"
import { countResponse, responsesAtZero } from "./internal/responses.ts"
import { useSecrets } from "./internal/useSecrets.ts"
import { checkOrigin } from "./Origin.ts"
import { afterRun, fail, type RunnerError, type RunnerErrorCode } from "./RunnerError.ts"

/** What an execution gave that ran to its end. */
export interface Outcome {
  readonly response: ExecuteResponse
  /** The rights that it rests on; null where a runner of another version did not say. */
  readonly used: UsedRights | null
}

/** Runs an installed extension once. */
export class Execution extends Context.Service<
  Execution,
  {
    /**
     * Carries out a verified caller's request: finds the install, its grants and its component, and runs the handler.
     * `requestId` names the execution in logs. It ends at the present {@link Deadline}; where there is none, at its own. A
     * failure says in `ran` whether the handler had got the request.
     */
    readonly run: (request: ExecuteRequest, requestId: string) => Effect.Effect<Outcome, RunnerError>
  }
>()("@alga-psa/ext-runner/Execution") {}

const available = Effect.gen(function* () {
  const authorization = yield* Authorization
  return yield* authorization.install
}).pipe(
  Effect.catchTags({
    InstallUnavailable: (error) => Effect.fail(ofInstall(error)),
    DataSourceError: (error) => Effect.fail(ofData(error))
  })
)

const checkVersion = (access: InstallAccess, hash: string): Effect.Effect<void, RunnerError> => {
  return access.contentHashes.includes(hash)
    ? Effect.void
    : Effect.fail(fail("bundle_fetch_failed", "the installed version has no bundle of this content hash"))
}

/** Reasons that lie in the load of the host, and not in the extension. */
const underLoad: ReadonlySet<string> = new Set(["unavailable", "overloaded"])

const failed = ({ detail, message, reason }: ExecutionFailed): RunnerError => {
  if (underLoad.has(reason)) return fail("overloaded", message, detail)
  if (reason === "request-too-large") return fail("payload_too_large", message, detail)
  return fail("execute_failed", `${reason}: ${message}`, detail)
}

/** How often a component is made again whose files went between taking it in and running it. */
const mostRenewals = 3

/** How an execution of an install that is the tenant's own can fail by the extension. Its author is told. */
const ofExtension: ReadonlySet<RunnerErrorCode> = new Set([
  "execute_failed",
  "secret_decrypt_failed",
  "bundle_fetch_failed"
])

/** Executions over the sandbox, the bundle store and the ports. A request may lower `limits`, never raise them. */
export const layer = (limits: Limits): Layer.Layer<Execution, never, Authorization | Components | Executor | Secrets> =>
  Layer.effect(
    Execution,
    Effect.gen(function* () {
      yield* responsesAtZero
      const authorization = yield* Authorization
      const components = yield* Components
      const executor = yield* Executor
      const noteUnknown = makeNoteUnknown()
      const secrets = yield* Secrets
      const tellLine = yield* GuestLines

      /**
       * Secrets that cannot be opened end an execution before its handler. They are opened only if the install may use
       * secrets.
       */
      const openSecrets = Effect.fnUntraced(function* (access: InstallAccess) {
        const invocation = yield* Invocation
        if (!useSecrets.some((capability) => isEffective(access, invocation, capability))) return
        yield* Effect.mapError(secrets.listKeys, (error) => fail("secret_decrypt_failed", "", error.cause ?? error))
      })

      const execute = Effect.fnUntraced(function* (request: ExecuteRequest, onRun: (begins: boolean) => void) {
        const access = yield* waitFor("rights")(available)
        yield* noteUnknown(request, access)
        const hash = request.context.content_hash
        yield* checkVersion(access, hash)
        const key = { tenant: request.context.tenant_id, extension: request.context.extension_id, hash }
        const component = yield* waitFor("component")(components.get(key))
        yield* waitFor("secrets")(openSecrets(access))
        const asked = guestRequest(request, yield* hostHeaders(access))
        const run = Effect.fnUntraced(function* (from: Component) {
          const lowered = lower(limits, { timeoutMs: yield* rest, memoryMb: request.limits?.memory_mb })
          return yield* waitFor("extension")(executor.execute(from, asked, lowered, onRun))
        })
        const settled = (
          from: Component,
          renewals: number
        ): Effect.Effect<GuestResponse, ExecutionFailed | RunnerError, Invocation> =>
          Effect.catchIf(
            run(from),
            ({ ran, reason }) => reason === "component-gone" && !ran && renewals > 0,
            () =>
              Effect.flatMap(waitFor("component")(components.renew(key, from)), (renewed) =>
                settled(renewed, renewals - 1)
              )
          )
        const answer = yield* settled(component, mostRenewals)
        yield* countResponse(answer.status)
        return executeResponse(answer)
      }, spanned("Execution.run"))

      const run = Effect.fnUntraced(function* (request: ExecuteRequest) {
        const deadline = yield* Deadline
        const used = Effect.provideService(authorization.used, Invocation, yield* Invocation)
        let ran = false
        const onRun = (begins: boolean) => {
          ran = begins
          if (deadline !== null) deadline.ran = begins ? used : null
        }
        return yield* Effect.andThen(checkOrigin(request), execute(request, onRun)).pipe(
          Effect.catchTag("ExecutionFailed", (error) => Effect.fail(failed(error))),
          Effect.catch((error) => Effect.flatMap(used, (rights) => Effect.fail(ran ? afterRun(error, rights) : error))),
          Effect.flatMap((response) => Effect.map(used, (rights) => ({ response, used: rights })))
        )
      })

      /** A failure of the extension stands among its lines. */
      const tellFailure = ({ code, message }: RunnerError) =>
        Effect.map(Invocation, (invocation) => {
          if (ofExtension.has(code)) tellLine({ invocation, level: "error", message, isCut: false })
        })

      return Execution.of({
        run: (request, requestId) =>
          run(request).pipe(
            Effect.tapError(tellFailure),
            withDeadline(request.limits?.timeout_ms),
            Effect.provideService(Authorization, authorization),
            Effect.provideService(TimeLeft, rest),
            asExecution(invocationOf(request, requestId)),
            Effect.provideService(LongestTime, limits.timeoutMs)
          )
      })
    })
  )
