import {
  ExecuteResponse,
  ExecutionFailed,
  type ExecutorService,
  type HostImportsService
} from "@alga-psa/ext-adapters-wit"
import { firstRule, Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Schema } from "effect"
import type { makeNodeProcess } from "./NodeProcess.ts"

/** Where a handler runs. */
export const RunIn = Context.Reference<"node" | "sandbox">("alga-ext/RunIn", { defaultValue: () => "node" })

const failed = (reason: "crashed" | "response-invalid", detail: string) =>
  new ExecutionFailed({ reason, detail, ran: true })

const decode = Schema.decodeUnknownEffect(ExecuteResponse)

/**
 * Runs handlers in Node, for the same users, with the same grants and the same imports as in the sandbox, and in the sandbox where
 * {@link RunIn} says so. There the time limit is that of production; in Node there is none but the execution's own, so that a person can look around.
 */
export const nodeExecutor =
  (
    node: ReturnType<typeof makeNodeProcess>,
    /** The bundled handler of the last good build. */
    file: () => string,
    sandboxTimeoutMs: number
  ) =>
  (sandbox: ExecutorService, imports: HostImportsService): ExecutorService => ({
    execute: Effect.fnUntraced(function* (component, http, limits, onRun) {
      if ((yield* RunIn) === "sandbox") {
        const shorter = { ...limits, timeoutMs: Math.min(limits.timeoutMs, sandboxTimeoutMs) }
        return yield* sandbox.execute(component, http, shorter, onRun)
      }
      const { hostHeaders = [], ...asked } = http
      const { extensionId, installId, requestId, tenantId, versionId } = yield* Invocation
      const answer = imports.forExecution(limits)
      const run = Effect.runPromiseWith(yield* Effect.context<Invocation>())
      const id = crypto.randomUUID()
      onRun?.(true)
      const response = yield* Effect.tryPromise({
        try: () =>
          node.run({
            id,
            file: file(),
            request: {
              context: { requestId, tenantId, extensionId, installId, versionId },
              http: { ...asked, headers: [...asked.headers, ...hostHeaders] }
            },
            answer: (call) => run(answer(call))
          }),
        catch: (error) => failed("crashed", error instanceof Error ? error.message : String(error))
      }).pipe(Effect.onInterrupt(() => Effect.sync(() => node.forget(id))))
      return yield* Effect.mapError(decode(response), ({ issue }) => failed("response-invalid", firstRule(issue)))
    })
  })
