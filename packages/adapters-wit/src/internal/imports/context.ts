import { Invocation, type InvocationData } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import type { ContextData } from "../../Execute.ts"
import { ok } from "../../HostCall.ts"
import { hostFunction, hostInterface } from "./hostFunction.ts"

/** What a guest sees of an execution. */
export const contextData = (invocation: InvocationData): ContextData => ({
  requestId: invocation.requestId,
  tenantId: invocation.tenantId,
  extensionId: invocation.extensionId,
  installId: invocation.installId,
  versionId: invocation.versionId
})

/** The interface `context`. */
export const contextInterface = hostInterface({
  getContext: hostFunction(Schema.Tuple([]), () => Effect.map(Invocation, (invocation) => ok(contextData(invocation))))
})
