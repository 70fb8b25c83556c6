import type { ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain"
import type { Person } from "./Person.ts"

/** Who looks at an extension's page, and at which install's. It stands in for the session of the product's gateway. */
export interface Viewer {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly install: InstallId
  /** SHA-256 of the archive in hexadecimal. */
  readonly contentHash: string
  /** Null for nobody, as when a schedule runs the extension. */
  readonly user: UserId | null
  /** What the extension is told of the user. Default: nothing but the id. */
  readonly person?: Person
}

const unknown: Person = { user_email: "", user_name: "", user_type: "", client_name: "" }

/** The body of `POST /v1/execute` for a request of this viewer's page; a schedule's where there is no user. */
export const executeBody = (
  { contentHash, extension, install, person = unknown, tenant, user }: Viewer,
  http: {
    readonly method: string
    readonly path: string
    readonly query: Readonly<Record<string, string>>
    readonly headers: Readonly<Record<string, string>>
    readonly body_b64?: string
  },
  trigger: string | null = user === null ? "schedule" : null
) => ({
  context: {
    tenant_id: tenant,
    extension_id: extension,
    install_id: install,
    content_hash: `sha256:${contentHash}`,
    config: {},
    ...(trigger === null ? {} : { trigger })
  },
  http,
  limits: {},
  ...(user === null ? {} : { user: { user_id: user, ...person, additional_fields: {} } })
})
