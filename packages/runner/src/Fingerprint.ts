import { createHash } from "node:crypto"
import { parseCapabilities } from "@alga-psa/ext-domain"
import type { ExecuteRequest } from "./ExecuteRequest.ts"

/** Counted up whenever other requests become the same: a fingerprint of another version is never equal. */
const version = 1

type Entry = readonly [name: string, value: string]

/** By name, in an order that is the same everywhere; what has one name stays as it was sent. */
const byName = ([one]: Entry, [other]: Entry): number => (one < other ? -1 : one > other ? 1 : 0)

const sorted = (entries: Readonly<Record<string, string>> | null | undefined): ReadonlyArray<Entry> =>
  Object.entries(entries ?? {}).sort(byName)

const headers = (given: Readonly<Record<string, string>> | null | undefined): ReadonlyArray<Entry> =>
  Object.entries(given ?? {})
    .map(([name, value]): Entry => [name.toLowerCase(), value])
    .sort(byName)

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
    user ? [user.user_id, user.user_type ?? "", user.client_id ?? ""] : null,
    providers ? [...parseCapabilities(providers)].sort() : null,
    http.method,
    http.path,
    sorted(http.query),
    headers(http.headers),
    http.body_b64 ? sha256(http.body_b64) : null
  ]
  return `${version}:${sha256(JSON.stringify(asked))}`
}
