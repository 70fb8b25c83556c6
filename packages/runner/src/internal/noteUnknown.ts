import { foreignNames } from "@alga-psa/ext-adapters-wit"
import { type InstallAccess, unknownCapabilities } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import type { ExecuteRequest } from "../ExecuteRequest.ts"

/** How many versions and installs are remembered. A line about one that was forgotten is written again. */
const most = 10_000

const once = () => {
  const noted = new Set<string>()
  return (key: string): boolean => {
    if (noted.has(key)) return false
    noted.add(key)
    for (const oldest of noted) {
      if (noted.size <= most) break
      noted.delete(oldest)
    }
    return true
  }
}

/**
 * Logs capabilities that this host does not know, once for each version that declares some and each install whose caller
 * sends some in `providers`. They count for nothing.
 */
export const makeNoteUnknown = () => {
  const isNew = once()
  const note = (from: "manifest" | "providers", key: string, names: ReadonlyArray<string>, request: ExecuteRequest) =>
    names.length > 0 && isNew(`${from} ${key}`)
      ? Effect.annotateLogs(Effect.logWarning("unknown capabilities are ignored"), {
          from,
          names: foreignNames(names),
          tenant: request.context.tenant_id,
          extension: request.context.extension_id,
          install: request.context.install_id
        })
      : Effect.void
  return (request: ExecuteRequest, { installId, unknownCapabilities: declared, versionId }: InstallAccess) =>
    Effect.andThen(
      note("manifest", versionId, declared, request),
      note("providers", installId, unknownCapabilities(request.providers), request)
    )
}
