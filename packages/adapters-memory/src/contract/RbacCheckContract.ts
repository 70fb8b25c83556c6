import type { TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { type Dataset, dataset, type UserRow } from "../Dataset.ts"
import { contactRow } from "../Rows.ts"
import { type ContractData, load } from "./ContractData.ts"
import { freshId, freshTenant, userId } from "./FreshTenant.ts"

const subject = (tenant: TenantId, user: UserId) => Effect.flatMap(RbacCheck, (rbac) => rbac.subject(tenant, user))

const permissions = (tenant: TenantId, user: UserRow) =>
  Effect.map(subject(tenant, userId(user)), (found) => (found === null ? null : [...found.permissions].sort()))

/** The same roles and permissions, ids included, in another tenant. */
const mapTenant = (rows: Dataset, tenant: TenantId): Dataset =>
  dataset({
    roles: rows.roles.map((row) => ({ ...row, tenant })),
    permissions: rows.permissions.map((row) => ({ ...row, tenant })),
    role_permissions: rows.role_permissions.map((row) => ({ ...row, tenant })),
    user_roles: rows.user_roles.map((row) => ({ ...row, tenant }))
  })

/** Every guarantee of {@link RbacCheck}, one case each. */
export const rbacCheckContract = <E>(name: string, adapter: Layer.Layer<RbacCheck | ContractData, E>): void =>
  layer(adapter)(`RbacCheck contract: ${name}`, (it) => {
    it.effect("gives the permissions of all roles of a user, each once", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, grant } = freshTenant()
        const staff = user()
        yield* load(
          rows,
          { users: [staff] },
          grant(staff.user_id, "client", "read"),
          grant(staff.user_id, "client", "read"),
          grant(staff.user_id, "service", "read")
        )
        const found = yield* subject(tenant, userId(staff))
        assert.deepEqual(found?.permissions as unknown, new Set(["client:read", "service:read"]))
        assert.deepEqual([found?.userType, found?.clientId], ["internal", null])
      })
    )

    it.effect("leaves out other actions and other resources", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, grant } = freshTenant()
        const staff = user()
        const grants = [
          grant(staff.user_id, "client", "update"),
          grant(staff.user_id, "clients", "read"),
          grant(staff.user_id, "Client", "Read"),
          grant(staff.user_id, "service", "create")
        ]
        yield* load(rows, { users: [staff] }, ...grants)
        assert.deepEqual(yield* permissions(tenant, staff), [])
      })
    )

    it.effect("gives a user without roles no permission", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, grant } = freshTenant()
        const [staff, colleague] = [user(), user()]
        yield* load(rows, { users: [staff, colleague] }, grant(colleague.user_id, "client", "read"))
        assert.deepEqual(yield* permissions(tenant, staff), [])
        assert.deepEqual(yield* permissions(tenant, colleague), ["client:read"])
      })
    )

    it.effect("counts only the roles that the user holds, and only the permissions that these were given", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, grant, grantBoth } = freshTenant()
        const [staff, colleague] = [user(), user()]
        yield* load(
          rows,
          { users: [staff, colleague] },
          grant(staff.user_id, "client", "update"),
          grantBoth(colleague.user_id)
        )
        assert.deepEqual(yield* permissions(tenant, staff), [])
        assert.deepEqual(yield* permissions(tenant, colleague), ["client:read", "service:read"])
      })
    )

    it.effect("counts no permission that was given to no role", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, grant } = freshTenant()
        const staff = user()
        const { permissions: unused } = grant(staff.user_id, "service", "read")
        yield* load(rows, { users: [staff], permissions: unused }, grant(staff.user_id, "client", "read"))
        assert.deepEqual(yield* permissions(tenant, staff), ["client:read"])
      })
    )

    it.effect("gives null for a user who does not exist", () =>
      Effect.gen(function* () {
        const { tenant, rows, user } = freshTenant()
        yield* load(rows)
        assert.isNull(yield* permissions(tenant, user()))
      })
    )

    it.effect("gives null for a user of another tenant", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const stranger = other.user()
        yield* load(mine.rows, other.rows, { users: [stranger] }, other.grantBoth(stranger.user_id))
        assert.isNull(yield* permissions(mine.tenant, stranger))
        assert.deepEqual(yield* permissions(other.tenant, stranger), ["client:read", "service:read"])
      })
    )

    it.effect("keeps users, roles and permissions apart that two tenants have under one id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const staff = mine.user()
        const granted = mine.grant(staff.user_id, "client", "read")
        const same = mapTenant(granted, other.tenant)
        const theirs = {
          ...same,
          permissions: same.permissions.map((row) => ({ ...row, resource: "service" })),
          users: [{ ...staff, tenant: other.tenant }]
        }
        yield* load(other.rows, theirs, mine.rows, { users: [staff] }, granted)
        assert.deepEqual(yield* permissions(mine.tenant, staff), ["client:read"])
        assert.deepEqual(yield* permissions(other.tenant, staff), ["service:read"])
      })
    )

    it.effect("counts no role that only another tenant gave to the same user id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const staff = mine.user()
        const granted = other.grant(staff.user_id, "client", "read")
        const unused = { ...granted, user_roles: [] }
        const own = mapTenant(unused, mine.tenant)
        yield* load(mine.rows, other.rows, { users: [staff, { ...staff, tenant: other.tenant }] }, granted, own)
        assert.deepEqual(yield* permissions(mine.tenant, staff), [])
        assert.deepEqual(yield* permissions(other.tenant, staff), ["client:read"])
      })
    )

    it.effect("counts no permission that only another tenant gave to the same role id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const staff = mine.user()
        const granted = other.grant(staff.user_id, "client", "read")
        const own = mapTenant({ ...granted, role_permissions: [] }, mine.tenant)
        yield* load(mine.rows, other.rows, { users: [staff, { ...staff, tenant: other.tenant }] }, granted, own)
        assert.deepEqual(yield* permissions(mine.tenant, staff), [])
      })
    )

    it.effect("takes for which portal a role counts from the user's own tenant", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const staff = mine.user()
        const granted = mine.grant(staff.user_id, "client", "read", "client", "internal")
        const theirs = { roles: granted.roles.map((row) => ({ ...row, tenant: other.tenant, msp: true })) }
        yield* load(mine.rows, other.rows, theirs, { users: [staff] }, granted)
        assert.deepEqual(yield* permissions(mine.tenant, staff), [])
      })
    )

    it.effect("takes for which portal a permission counts from the user's own tenant", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const staff = mine.user()
        const granted = mine.grant(staff.user_id, "client", "read", "internal", "client")
        const theirs = { permissions: granted.permissions.map((row) => ({ ...row, tenant: other.tenant, msp: true })) }
        yield* load(mine.rows, other.rows, theirs, { users: [staff] }, granted)
        assert.deepEqual(yield* permissions(mine.tenant, staff), [])
      })
    )

    it.effect.each([
      { is_inactive: true, known: false },
      { is_inactive: false, known: true },
      { is_inactive: null, known: true }
    ])("with is_inactive $is_inactive, whether a user is known is $known", ({ is_inactive, known }) =>
      Effect.gen(function* () {
        const { tenant, rows, user, grantBoth } = freshTenant()
        const staff = user({ is_inactive })
        yield* load(rows, { users: [staff] }, grantBoth(staff.user_id))
        assert.strictEqual((yield* subject(tenant, userId(staff))) !== null, known)
      })
    )

    it.effect.each([
      { type: "internal", role: "internal", permission: "internal", counts: true },
      { type: "internal", role: "client", permission: "internal", counts: false },
      { type: "internal", role: "internal", permission: "client", counts: false },
      { type: "internal", role: "client", permission: "client", counts: false },
      { type: "client", role: "client", permission: "client", counts: true },
      { type: "client", role: "internal", permission: "client", counts: false },
      { type: "client", role: "client", permission: "internal", counts: false },
      { type: "client", role: "internal", permission: "internal", counts: false }
    ] as const)(
      "for a user of type $type, whether a role of $role with a permission of $permission counts is $counts",
      ({ type, role, permission, counts }) =>
        Effect.gen(function* () {
          const { tenant, rows, user, grant } = freshTenant()
          const person = user({ user_type: type })
          yield* load(rows, { users: [person] }, grant(person.user_id, "client", "read", role, permission))
          assert.deepEqual(yield* permissions(tenant, person), counts ? ["client:read"] : [])
        })
    )

    it.effect("gives a portal user's client through the contact", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, client } = freshTenant()
        const own = client("Own")
        const contact = contactRow({ tenant, contact_name_id: freshId(), client_id: own.client_id })
        const portal = user({ user_type: "client", contact_id: contact.contact_name_id })
        yield* load(rows, { clients: [own], contacts: [contact], users: [portal] })
        const found = yield* subject(tenant, userId(portal))
        assert.deepEqual([found?.userType, found?.clientId], ["client", own.client_id] as never)
      })
    )

    it.effect("takes the client of the user's own contact, whatever other contacts there are", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, client } = freshTenant()
        const clients = ["First", "Own", "Last"].map((name) => client(name))
        const contacts = clients.map(({ client_id }) => contactRow({ tenant, contact_name_id: freshId(), client_id }))
        const portal = contacts.map(({ contact_name_id }) => user({ user_type: "client", contact_id: contact_name_id }))
        yield* load(rows, { clients, contacts, users: portal })
        for (const [i, person] of portal.entries()) {
          const found = yield* subject(tenant, userId(person))
          assert.strictEqual(found?.clientId as string | undefined, clients[i]?.client_id)
        }
      })
    )

    it.effect("keeps contacts apart that two tenants have under one id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const [own, foreign] = [mine.client("Own"), other.client("Foreign")]
        const contact = contactRow({ tenant: mine.tenant, contact_name_id: freshId(), client_id: own.client_id })
        const theirs = { ...contact, tenant: other.tenant, client_id: foreign.client_id }
        const portal = mine.user({ user_type: "client", contact_id: contact.contact_name_id })
        const stranger = other.user({ user_type: "client", contact_id: contact.contact_name_id })
        yield* load(other.rows, { clients: [foreign], contacts: [theirs], users: [stranger] })
        yield* load(mine.rows, { clients: [own], contacts: [contact], users: [portal] })
        assert.strictEqual((yield* subject(mine.tenant, userId(portal)))?.clientId as string, own.client_id)
        assert.strictEqual((yield* subject(other.tenant, userId(stranger)))?.clientId as string, foreign.client_id)
      })
    )

    it.effect("gives no client for a portal user without a contact, or whose contact has none", () =>
      Effect.gen(function* () {
        const { tenant, rows, user } = freshTenant()
        const contact = contactRow({ tenant, contact_name_id: freshId() })
        const withoutContact = user({ user_type: "client" })
        const unattached = user({ user_type: "client", contact_id: contact.contact_name_id })
        yield* load(rows, { contacts: [contact], users: [withoutContact, unattached] })
        assert.isNull((yield* subject(tenant, userId(withoutContact)))?.clientId)
        assert.isNull((yield* subject(tenant, userId(unattached)))?.clientId)
      })
    )

    it.effect("gives no client for staff, also when they have a contact", () =>
      Effect.gen(function* () {
        const { tenant, rows, user, client } = freshTenant()
        const own = client("Own")
        const contact = contactRow({ tenant, contact_name_id: freshId(), client_id: own.client_id })
        const staff = user({ contact_id: contact.contact_name_id })
        yield* load(rows, { clients: [own], contacts: [contact], users: [staff] })
        assert.isNull((yield* subject(tenant, userId(staff)))?.clientId)
      })
    )
  })
