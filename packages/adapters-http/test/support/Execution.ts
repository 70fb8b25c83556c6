import { ExtensionId, InstallId, type InvocationData, TenantId } from "@alga-psa/ext-domain"

/** An execution of an install of its own, started by a schedule. */
export const execution = (): InvocationData => ({
  tenantId: TenantId.make(crypto.randomUUID()),
  extensionId: ExtensionId.make(crypto.randomUUID()),
  installId: InstallId.make(crypto.randomUUID()),
  versionId: null,
  contentHash: null,
  requestId: crypto.randomUUID(),
  trigger: "schedule",
  user: null,
  restrictTo: null,
  settings: null
})
