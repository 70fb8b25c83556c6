import type { Capability } from "@alga-psa/ext-domain/Capability"
import type { UserId } from "@alga-psa/ext-domain/Identifiers"
import { asExecution, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import { Effect } from "effect"
import type { InstallRow, UserRow } from "../Dataset.ts"
import { contactRow } from "../Rows.ts"
import { load } from "./ContractData.ts"
import { freshId, freshTenant, readsBoth, userId } from "./FreshTenant.ts"

/** What a scenario's install is: enabled, in a tenant in good standing, and with both reads, unless said otherwise. */
export interface ScenarioOptions extends Partial<InstallRow> {
  readonly declared?: ReadonlyArray<string>
  readonly suspended?: boolean
}

const suspension = { suspended_at: "2026-01-01T00:00:00.000Z", suspended_reason: "tenant_cancelled" }

/** A tenant with one client, one catalog entry and one install, loaded, and executions of that install. */
export const scenario = (options: ScenarioOptions = {}) => {
  const { declared = readsBoth, suspended = false, ...rest } = options
  const own = freshTenant()
  const client = own.client("Evergreen", { billing_email: "accounts@evergreen.example" })
  const service = own.service("Support", { default_rate: 12_500 })
  const install = own.install(declared, { granted_caps: readsBoth, ...rest })

  /** An execution of the install: for the user, or for none; a new one on every call. */
  const invocation = (user: UserId | null = null, overrides: Partial<InvocationData> = {}): InvocationData => ({
    tenantId: own.tenant,
    extensionId: install.extensionId,
    installId: install.id,
    versionId: install.versionId,
    contentHash: null,
    requestId: freshId(),
    trigger: user === null ? "schedule" : null,
    user:
      user === null
        ? null
        : {
            userId: user,
            userEmail: "someone@example.com",
            userName: "Someone",
            userType: "internal",
            clientName: "Evergreen",
            clientId: null,
            additionalFields: {}
          },
    restrictTo: null,
    settings: null,
    ...overrides
  })

  const tenants = own.rows.tenants.map((row) => (suspended ? { ...row, ...suspension } : row))

  return Effect.as(load({ ...own.rows, tenants }, install.rows, { clients: [client], service_catalog: [service] }), {
    tenant: own,
    client,
    service,
    install,
    invocation,
    /** Runs a read as an execution of the install. */
    as:
      (user: UserId | null = null, overrides: Partial<InvocationData> = {}) =>
      <A, E, R>(read: Effect.Effect<A, E, R>) =>
        asExecution(invocation(user, overrides))(read),
    /** Adds an internal user, with both permissions unless said otherwise. */
    staff: (rest: Partial<UserRow> = {}, grants = own.grantBoth) => {
      const row = own.user(rest)
      return Effect.as(load({ users: [row] }, grants(row.user_id)), userId(row))
    },
    /** Adds a portal user of the client, or of none, with `client:read` for the portal. */
    portalUser: (ofClient: string | null) => {
      const contact = contactRow({ tenant: own.tenant, contact_name_id: freshId(), client_id: ofClient })
      const row = own.user({ user_type: "client", contact_id: contact.contact_name_id })
      const rows = { contacts: [contact], users: [row] }
      return Effect.as(load(rows, own.grant(row.user_id, "client", "read", "client")), userId(row))
    }
  })
}

/** A set of capabilities, for `restrictTo`. */
export const only = (...capabilities: ReadonlyArray<Capability>): ReadonlySet<Capability> => new Set(capabilities)
