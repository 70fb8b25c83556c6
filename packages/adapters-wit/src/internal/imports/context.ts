import { Invocation, type InvocationData } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import type { ContextData } from "../../Execute.ts"
import { ok } from "../../HostCall.ts"
import { always, hostFunction, hostInterface } from "./hostFunction.ts"

/** What a guest sees of an execution. */
export const contextData = (invocation: InvocationData): ContextData => ({
  requestId: invocation.requestId,
  tenantId: invocation.tenantId,
  extensionId: invocation.extensionId,
  installId: invocation.installId,
  versionId: invocation.versionId
})

/** The arguments of the interface's functions. */
export const contextArguments = { getContext: Schema.Tuple([]) }

/** The interface `context`. */
export const contextInterface = hostInterface({
  getContext: hostFunction(contextArguments.getContext, () =>
    always(
      "context.get-context",
      Effect.map(Invocation, (invocation) => ok(contextData(invocation)))
    )
  )
})
