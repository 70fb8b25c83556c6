import { ClientId } from "@alga-psa/ext-domain/Identifiers"
import { Permission } from "@alga-psa/ext-domain/Permission"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { Effect, Layer } from "effect"
import type { Dataset, UserRow } from "./Dataset.ts"
import { MemoryStore } from "./MemoryStore.ts"

const permissionsOf = (rows: Dataset, user: UserRow): ReadonlySet<Permission> => {
  const portal = user.user_type === "internal" ? "msp" : "client"
  const ofPortal = <Row extends { readonly tenant: string; readonly msp: boolean; readonly client: boolean }>(
    table: ReadonlyArray<Row>
  ) => table.filter((row) => row.tenant === user.tenant && row[portal])

  const assigned = new Set(
    rows.user_roles
      .filter((row) => row.tenant === user.tenant && row.user_id === user.user_id)
      .map((row) => row.role_id)
  )
  const roles = new Set(ofPortal(rows.roles).flatMap((row) => (assigned.has(row.role_id) ? [row.role_id] : [])))
  const granted = new Set(
    rows.role_permissions
      .filter((row) => row.tenant === user.tenant && roles.has(row.role_id))
      .map((row) => row.permission_id)
  )
  const names = new Set(
    ofPortal(rows.permissions).flatMap((row) =>
      granted.has(row.permission_id) ? [`${row.resource}:${row.action}`] : []
    )
  )
  return new Set(Permission.literals.filter((permission) => names.has(permission)))
}

const clientOf = (rows: Dataset, user: UserRow): ClientId | null => {
  if (user.user_type !== "client") return null
  const contact = rows.contacts.find((row) => row.tenant === user.tenant && row.contact_name_id === user.contact_id)
  return contact?.client_id == null ? null : ClientId.make(contact.client_id)
}

/** {@link RbacCheck} over the rows of {@link MemoryStore}. It never fails. */
export const layerRbacCheck: Layer.Layer<RbacCheck, never, MemoryStore> = Layer.effect(
  RbacCheck,
  Effect.map(MemoryStore, (store) =>
    RbacCheck.of({
      subject: (tenant, id) =>
        Effect.map(store.rows, (rows) => {
          const user = rows.users.find((row) => row.tenant === tenant && row.user_id === id)
          if (user === undefined || user.is_inactive === true) return null
          return { userType: user.user_type, clientId: clientOf(rows, user), permissions: permissionsOf(rows, user) }
        })
    })
  )
)
