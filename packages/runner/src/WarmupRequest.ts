import { absent, ContentHash, ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain"
import { Schema } from "effect"

/** The body of `POST /warmup`: which bundle to fetch and make ready, and for which install where that has a runner of its own. */
export const WarmupRequest = Schema.Struct({
  tenant_id: TenantId,
  extension_id: ExtensionId,
  content_hash: ContentHash,
  install_id: absent(InstallId)
})
