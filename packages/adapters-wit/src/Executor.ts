import { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import type { Component } from "./Component.ts"
import type { ExecuteResponse, HttpRequest } from "./Execute.ts"
import type { ExecutionFailed } from "./ExecutionFailed.ts"
import { HostImports } from "./HostImports.ts"
import { contextData } from "./internal/imports/context.ts"
import type { Limits } from "./Limits.ts"
import { Sandbox } from "./Sandbox.ts"

/** Runs a component for the current execution. */
export interface ExecutorService {
  /**
   * The response of the component's handler. The guest's context, its tenant and what it may read come from the
   * `Invocation`. Who calls this writes the log line of a failure; its `detail` is for that line alone. `onRun` hears
   * `true` when the handler gets the request, and `false` where its process never read it.
   */
  readonly execute: (
    component: Component,
    request: HttpRequest,
    limits: Limits,
    onRun?: (begins: boolean) => void
  ) => Effect.Effect<ExecuteResponse, ExecutionFailed, Invocation>
}

/** Executions of components with the host's imports. */
export class Executor extends Context.Service<Executor, ExecutorService>()("@alga-psa/ext-adapters-wit/Executor") {}

const make = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const imports = yield* HostImports

  return Executor.of({
    execute: Effect.fnUntraced(function* (component, http, limits, onRun) {
      const invocation = yield* Invocation
      const { tenantId, installId } = invocation
      return yield* sandbox
        .execute({
          component,
          tenantId,
          installId,
          request: { context: contextData(invocation), http },
          limits,
          host: imports.forExecution(limits),
          onRun
        })
        .pipe(
          Effect.annotateLogs({
            tenant: tenantId,
            extension: invocation.extensionId,
            install: installId,
            requestId: invocation.requestId,
            component: component.hash
          })
        )
    })
  })
})

/** Executions in the sandbox with the host's imports. */
export const layerExecutor: Layer.Layer<Executor, never, Sandbox | HostImports> = Layer.effect(Executor, make)
