import { type InvocationData, parseCapabilities } from "@alga-psa/ext-domain"
import { Redacted } from "effect"
import type { ExecuteRequest } from "../ExecuteRequest.ts"

const opened = <A>(sealed: Redacted.Redacted<A> | null | undefined): A | null =>
  sealed ? Redacted.value(sealed) : null

const settingsOf = ({ context, secret_envelope }: ExecuteRequest): InvocationData["settings"] =>
  context.config || secret_envelope
    ? Redacted.make({ config: opened(context.config) ?? {}, secretEnvelope: opened(secret_envelope) })
    : null

/** The execution that a verified caller's request asks for. */
export const invocationOf = (request: ExecuteRequest, requestId: string): InvocationData => {
  const { context, user } = request
  return {
    tenantId: context.tenant_id,
    extensionId: context.extension_id,
    installId: context.install_id,
    versionId: context.version_id ?? null,
    contentHash: context.content_hash,
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
    restrictTo: request.providers ? parseCapabilities(request.providers) : null,
    settings: settingsOf(request)
  }
}
