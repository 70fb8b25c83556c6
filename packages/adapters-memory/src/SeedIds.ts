import { ClientId, ExtensionId, InstallId, ServiceId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"

/** A UUID that shows what it names: the kind in its first digit, the tenant in the second group, the number last. */
export const seedId = (kind: string, tenant: number, number: number): string =>
  `${kind}0000000-${String(tenant).padStart(4, "0")}-4000-8000-${String(number).padStart(12, "0")}`

const acme = 1
const borealis = 2
const cobalt = 3

const tenant = (number: number) => TenantId.make(seedId("a", number, 0))
const user = (of: number, number: number) => UserId.make(seedId("b", of, number))
const client = (of: number, number: number) => ClientId.make(seedId("c", of, number))
const service = (of: number, number: number) => ServiceId.make(seedId("d", of, number))
const extension = (number: number) => ExtensionId.make(seedId("e", 0, number))
const install = (of: number, number: number) => InstallId.make(seedId("f", of, number))

/** The fixed ids of the seed, by what they name. Everything is Acme's unless its name says otherwise. */
export const ids = {
  tenants: {
    /** A provider with a dozen clients; most cases play here. */
    acme: tenant(acme),
    /** Another provider, none of whose rows Acme may see. */
    borealis: tenant(borealis),
    /** A provider that cancelled. */
    cobalt: tenant(cobalt)
  },
  users: {
    /** Staff with every permission. */
    admin: user(acme, 1),
    /** Staff with `client:read` and not `service:read`. */
    technician: user(acme, 2),
    /** Staff with a role that holds no permission. */
    withoutPermission: user(acme, 3),
    /** Staff with every permission, and inactive. */
    inactive: user(acme, 4),
    /** Staff with every permission whose `is_inactive` is NULL, which counts as active. */
    manager: user(acme, 5),
    /** A portal user of `ids.clients.evergreen` with `client:read`. */
    portal: user(acme, 6),
    /** A portal user with `client:read` and without a contact. */
    portalWithoutContact: user(acme, 7),
    /** A portal user who holds a role of the provider's staff, which does not count. */
    portalWithStaffRole: user(acme, 8),
    /** Staff of Borealis with every permission. */
    borealisAdmin: user(borealis, 1)
  },
  clients: {
    /** Has a manager, a billing address and tags; the portal users' client. */
    evergreen: client(acme, 1),
    /** Its `is_inactive` is NULL, which counts as active. */
    northwind: client(acme, 2),
    /** Inactive. */
    oldMill: client(acme, 3),
    /** Its account manager does not exist. */
    harbor: client(acme, 4),
    /** Its account manager is a user of Borealis. */
    summit: client(acme, 5),
    /** A client of Borealis. */
    borealisFirst: client(borealis, 1)
  },
  services: {
    /** An hourly service with a rate, a unit and a type. */
    support: service(acme, 1),
    /** A product with a SKU. */
    firewall: service(acme, 2),
    /** Its rate and unit are NULL. */
    assessment: service(acme, 3),
    /** Billed per unit, which extensions cannot see. */
    perUnit: service(acme, 4),
    /** Its type belongs to Borealis. */
    foreignType: service(acme, 5),
    /** Inactive. */
    retired: service(acme, 6),
    /** A service of Borealis. */
    borealisFirst: service(borealis, 1)
  },
  /** One extension for each install below: a tenant installs an extension at most once. */
  extensions: {
    full: extension(1),
    ungranted: extension(2),
    disabled: extension(3),
    pending: extension(4),
    undeclared: extension(5)
  },
  installs: {
    /** Declares both capabilities and is granted both. */
    full: install(acme, 1),
    /** Declares both and is granted none. */
    ungranted: install(acme, 2),
    /** Declares and is granted both, and is switched off. */
    disabled: install(acme, 3),
    /** Declares and is granted both, and is not set up yet. */
    pending: install(acme, 4),
    /** Is granted both and declares none. */
    undeclared: install(acme, 5),
    /** Borealis's install of `ids.extensions.full`, granted both. */
    borealis: install(borealis, 1),
    /** Cobalt's install of `ids.extensions.full`, granted both. */
    cobalt: install(cobalt, 1)
  }
} as const
