import type { InvocationData } from "../src/Invocation.ts"

/** An execution of an install that has nothing but what is given. */
export const bareExecution = (
  given: Pick<InvocationData, "tenantId" | "extensionId" | "installId"> & Partial<InvocationData>
): InvocationData => ({
  versionId: null,
  contentHash: null,
  requestId: null,
  trigger: null,
  user: null,
  restrictTo: null,
  settings: null,
  ...given
})
