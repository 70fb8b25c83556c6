import { type Dataset, dataset } from "../../Dataset.ts"
import { contactRow, permissionRow, roleRow, tenantRow, userRow } from "../../Rows.ts"
import { ids, seedId } from "../../SeedIds.ts"

const { acme, borealis, cobalt } = ids.tenants

const person = (name: string, email: string) => {
  const [first_name = null, last_name = null] = name.split(" ")
  return { username: email, email, first_name, last_name }
}

/** The roles and permissions of one tenant: each action has one row for staff and one for the client portal. */
const rbac = (tenant: string, number: number) => {
  const permission = (at: number) => seedId("2", number, at)
  const role = (at: number) => seedId("1", number, at)
  const portal = { msp: false, client: true }
  return {
    admin: role(1),
    technician: role(2),
    timekeeper: role(3),
    portalUser: role(4),
    permissions: [
      permissionRow({ tenant, permission_id: permission(1), resource: "client", action: "read" }),
      permissionRow({ tenant, permission_id: permission(2), resource: "client", action: "read", ...portal }),
      permissionRow({ tenant, permission_id: permission(3), resource: "client", action: "update" }),
      permissionRow({ tenant, permission_id: permission(4), resource: "client", action: "update", ...portal }),
      permissionRow({ tenant, permission_id: permission(5), resource: "service", action: "read" })
    ],
    roles: [
      roleRow({ tenant, role_id: role(1), role_name: "Admin" }),
      roleRow({ tenant, role_id: role(2), role_name: "Technician" }),
      roleRow({ tenant, role_id: role(3), role_name: "Timekeeper" }),
      roleRow({ tenant, role_id: role(4), role_name: "User", ...portal })
    ],
    role_permissions: [
      { tenant, role_id: role(1), permission_id: permission(1) },
      { tenant, role_id: role(1), permission_id: permission(3) },
      { tenant, role_id: role(1), permission_id: permission(5) },
      { tenant, role_id: role(2), permission_id: permission(1) },
      { tenant, role_id: role(4), permission_id: permission(2) },
      { tenant, role_id: role(4), permission_id: permission(4) }
    ]
  }
}

const ofAcme = rbac(acme, 1)
const ofBorealis = rbac(borealis, 2)
const portalContact = seedId("3", 1, 1)
const staffRoleContact = seedId("3", 1, 2)

/** The three tenants, their users, roles and permissions. The contacts belong to clients that are seeded elsewhere. */
export const people: Dataset = dataset({
  tenants: [
    tenantRow({ tenant: acme, client_name: "Acme IT Services", email: "office@acme-it.example" }),
    tenantRow({ tenant: borealis, client_name: "Borealis Networks", email: "office@borealis.example" }),
    tenantRow({
      tenant: cobalt,
      client_name: "Cobalt Systems",
      email: "office@cobalt.example",
      suspended_at: "2026-03-01T00:00:00.000Z",
      suspended_reason: "tenant_cancelled"
    })
  ],
  contacts: [
    contactRow({
      tenant: acme,
      contact_name_id: portalContact,
      full_name: "Petra Lindqvist",
      email: "petra@evergreen.example",
      client_id: ids.clients.evergreen
    }),
    contactRow({
      tenant: acme,
      contact_name_id: staffRoleContact,
      full_name: "Sam Osei",
      email: "sam@northwind.example",
      client_id: ids.clients.northwind
    })
  ],
  users: [
    userRow({ tenant: acme, user_id: ids.users.admin, ...person("Ada Moreau", "ada@acme-it.example") }),
    userRow({ tenant: acme, user_id: ids.users.technician, ...person("Tomas Novak", "tomas@acme-it.example") }),
    userRow({ tenant: acme, user_id: ids.users.withoutPermission, ...person("Wen Li", "wen@acme-it.example") }),
    userRow({
      tenant: acme,
      user_id: ids.users.inactive,
      ...person("Ivo Brandt", "ivo@acme-it.example"),
      is_inactive: true
    }),
    userRow({
      tenant: acme,
      user_id: ids.users.manager,
      ...person("Maya Okafor", "maya@acme-it.example"),
      is_inactive: null
    }),
    userRow({
      tenant: acme,
      user_id: ids.users.portal,
      ...person("Petra Lindqvist", "petra@evergreen.example"),
      user_type: "client",
      contact_id: portalContact
    }),
    userRow({
      tenant: acme,
      user_id: ids.users.portalWithoutContact,
      ...person("Noor Haddad", "noor@evergreen.example"),
      user_type: "client"
    }),
    userRow({
      tenant: acme,
      user_id: ids.users.portalWithStaffRole,
      ...person("Sam Osei", "sam@northwind.example"),
      user_type: "client",
      contact_id: staffRoleContact
    }),
    userRow({ tenant: borealis, user_id: ids.users.borealisAdmin, ...person("Bo Aalto", "bo@borealis.example") })
  ],
  roles: [...ofAcme.roles, ...ofBorealis.roles],
  permissions: [...ofAcme.permissions, ...ofBorealis.permissions],
  role_permissions: [...ofAcme.role_permissions, ...ofBorealis.role_permissions],
  user_roles: [
    { tenant: acme, user_id: ids.users.admin, role_id: ofAcme.admin },
    { tenant: acme, user_id: ids.users.technician, role_id: ofAcme.technician },
    { tenant: acme, user_id: ids.users.withoutPermission, role_id: ofAcme.timekeeper },
    { tenant: acme, user_id: ids.users.inactive, role_id: ofAcme.admin },
    { tenant: acme, user_id: ids.users.manager, role_id: ofAcme.admin },
    { tenant: acme, user_id: ids.users.portal, role_id: ofAcme.portalUser },
    { tenant: acme, user_id: ids.users.portalWithoutContact, role_id: ofAcme.portalUser },
    { tenant: acme, user_id: ids.users.portalWithStaffRole, role_id: ofAcme.admin },
    { tenant: borealis, user_id: ids.users.borealisAdmin, role_id: ofBorealis.admin }
  ]
})
