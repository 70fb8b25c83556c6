import { type InvocationData, parseCapabilities } from "@alga-psa/ext-domain"
import type { ExecuteRequest } from "../ExecuteRequest.ts"

/** The execution that a verified caller's request asks for. */
export const invocationOf = (request: ExecuteRequest, requestId: string): InvocationData => {
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
