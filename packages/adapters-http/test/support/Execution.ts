import { ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"

/** An execution of an install of its own, started by a schedule. */
export const execution = () =>
  bareExecution({
    tenantId: TenantId.make(crypto.randomUUID()),
    extensionId: ExtensionId.make(crypto.randomUUID()),
    installId: InstallId.make(crypto.randomUUID()),
    requestId: crypto.randomUUID(),
    trigger: "schedule"
  })
