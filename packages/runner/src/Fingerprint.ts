import { createHash } from "node:crypto"
import { parseCapabilities } from "@alga-psa/ext-domain"
import type { ExecuteRequest } from "./ExecuteRequest.ts"

/** Increased whenever the rule of what is the same changes: a fingerprint of another version is never equal. */
const version = 1

/** Names in one order, each with its values as they were sent. */
const byName = (
  given: Readonly<Record<string, string>> | null | undefined,
  spelled: (name: string) => string
): ReadonlyArray<unknown> => {
  const named = Map.groupBy(Object.entries(given ?? {}), ([name]) => spelled(name))
  return [...named.keys()].sort().map((name) => [name, named.get(name)?.map(([, value]) => value)])
}

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex")

/**
 * Says whether two requests under one key are the same: `<version>:<SHA-256 in hexadecimal>` of tenant, install, content hash,
 * the user's id, type and client, the capabilities that `providers` names, method, path, query, headers and body. The order
 * of names, and the case of a header's name, do not matter. Nothing else counts, such as what only names the request or the
 * user.
 */
export const fingerprintOf = ({ context, http, providers, user }: ExecuteRequest): string => {
  const asked = [
    version,
    context.tenant_id,
    context.install_id,
    context.content_hash,
    user ? [user.user_id, user.user_type ?? "", user.client_id ?? null] : null,
    providers ? [...parseCapabilities(providers)].sort() : null,
    http.method,
    http.path,
    byName(http.query, (name) => name),
    byName(http.headers, (name) => name.toLowerCase()),
    http.body_b64 ? sha256(http.body_b64) : null
  ]
  return `${version}:${sha256(JSON.stringify(asked))}`
}
