import { ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import {
  type ClientRow,
  type Dataset,
  dataset,
  type InstallRow,
  mergeDatasets,
  type ServiceRow,
  type UserRow
} from "../Dataset.ts"
import {
  clientRow,
  extensionRow,
  extensionVersionRow,
  installRow,
  permissionRow,
  roleRow,
  serviceRow,
  tenantRow,
  userRow
} from "../Rows.ts"

/** An id that nothing else has. */
export const freshId = (): string => crypto.randomUUID()

/** The two capabilities that the guarded reads need. */
export const readsBoth = ["cap:client.read", "cap:service.read"] as const

const portals = { internal: { msp: true, client: false }, client: { msp: false, client: true } } as const

/** Makers of rows for a tenant that nothing else uses, so that tests can share one database. */
export const freshTenant = () => {
  const tenant = TenantId.make(freshId())
  const serviceType = { tenant, id: freshId(), name: "Managed Services" }

  /** Rows that let the user do the given action through a role, with the flags of one portal. */
  const grant = (
    user: string,
    resource: string,
    action: string,
    role: keyof typeof portals = "internal",
    permission: keyof typeof portals = role
  ): Dataset => {
    const role_id = freshId()
    const permission_id = freshId()
    return dataset({
      roles: [roleRow({ tenant, role_id, ...portals[role] })],
      permissions: [permissionRow({ tenant, permission_id, resource, action, ...portals[permission] })],
      role_permissions: [{ tenant, role_id, permission_id }],
      user_roles: [{ tenant, user_id: user, role_id }]
    })
  }

  /** An extension whose version declares the capabilities, and its install. */
  const install = (declared: unknown, rest: Partial<InstallRow> = {}) => {
    const id = InstallId.make(rest.id ?? freshId())
    const extensionId = ExtensionId.make(rest.registry_id ?? freshId())
    const version_id = rest.version_id ?? freshId()
    return {
      id,
      extensionId,
      versionId: version_id,
      rows: dataset({
        extension_registry: [extensionRow({ id: extensionId })],
        extension_version: [extensionVersionRow({ id: version_id, registry_id: extensionId, capabilities: declared })],
        tenant_extension_install: [installRow({ tenant_id: tenant, registry_id: extensionId, version_id, ...rest, id })]
      })
    }
  }

  return {
    tenant,
    /** The tenant's own row, and the service type of {@link service}. */
    rows: dataset({ tenants: [tenantRow({ tenant })], service_types: [serviceType] }),
    serviceType,
    client: (client_name: string, rest: Partial<ClientRow> = {}) =>
      clientRow({ tenant, client_id: freshId(), client_name, ...rest }),
    service: (service_name: string, rest: Partial<ServiceRow> = {}) =>
      serviceRow({ tenant, service_id: freshId(), service_name, custom_service_type_id: serviceType.id, ...rest }),
    user: (rest: Partial<UserRow> = {}) => userRow({ tenant, user_id: freshId(), ...rest }),
    grant,
    install,
    /** Everything that lets a user read clients and services. */
    grantBoth: (user: string, portal: keyof typeof portals = "internal"): Dataset =>
      mergeDatasets(grant(user, "client", "read", portal), grant(user, "service", "read", portal))
  }
}

/** A user's id, as the ports take it. */
export const userId = (row: UserRow): UserId => UserId.make(row.user_id)
