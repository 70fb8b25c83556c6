import type { HostName } from "@alga-psa/ext-domain/HostName"
import type { ExtensionId, InstallId } from "@alga-psa/ext-domain/Identifiers"
import type { Bound } from "./boundTransaction.ts"

const bound = (value: string): Bound => ({ setting: "alga.lookup", value })

/** What a transaction that looks an install up tells the policies, so that they let it see that install. */
export const lookedUp = {
  host: (host: HostName) => bound(`host:${host}`),
  install: (install: InstallId) => bound(`install:${install}`),
  bundle: (extension: ExtensionId, hash: string) => bound(`bundle:${extension}:${hash}`)
} as const

/** The hash that a stored text stands for by the domain's `ContentHash`. A text that is no hash stays one that nobody asks for. */
const decodedHash = "regexp_replace(lower((bundle.content_hash)::text), '^sha256:'::text, ''::text)"

/** The condition that an install is the one that is looked up, as the server prints it. */
export const lookedUpInstall = (current: string): string =>
  `(${current} = ANY (ARRAY[('host:'::text || runner_domain), ('install:'::text || (id)::text)])) OR (EXISTS ( SELECT 1
   FROM extension_bundle bundle
  WHERE ((bundle.version_id = tenant_extension_install.version_id) AND (${current} = ((('bundle:'::text || (tenant_extension_install.registry_id)::text) || ':'::text) || ${decodedHash})))))`

/** The condition that a tenant has an install that is looked up. Policies apply to its installs too. */
export const lookedUpTenant = (current: string): string => `((${current} IS NOT NULL) AND (EXISTS ( SELECT 1
   FROM tenant_extension_install install
  WHERE ((install.tenant_id)::text = (tenants.tenant)::text))))`
