import type { InstallId, TenantId } from "@alga-psa/ext-domain"
import { Context, Effect, type Redacted } from "effect"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import type { RunnerError } from "./RunnerError.ts"

/** Reads the sealed secrets of a tenant's install; null where it has none. */
export type ReadSecrets = (
  tenant: TenantId,
  install: InstallId
) => Effect.Effect<Redacted.Redacted<Readonly<Record<string, unknown>>> | null, RunnerError>

/** How an attempt of a kept trigger gets its install's sealed secrets; null where it has none, as its request holds none. */
export const TriggerSecrets = Context.Reference<ReadSecrets | null>("@alga-psa/ext-runner/TriggerSecrets", {
  defaultValue: () => null
})

/** The request with its install's sealed secrets as they are now. */
export const withSecrets = (
  read: ReadSecrets | null,
  request: ExecuteRequest
): Effect.Effect<ExecuteRequest, RunnerError> =>
  read === null
    ? Effect.succeed(request)
    : Effect.map(read(request.context.tenant_id, request.context.install_id), (secret_envelope) =>
        secret_envelope === null ? request : { ...request, secret_envelope }
      )
