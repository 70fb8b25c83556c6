import { ClientId } from "@alga-psa/ext-domain/Identifiers"
import { Permission } from "@alga-psa/ext-domain/Permission"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { literals, type Placeholder, prepare } from "./internal/prepare.ts"
import { makeQuery } from "./internal/query.ts"
import { ShortReads } from "./ShortReads.ts"

const Row = Schema.Struct({
  user_type: Schema.Literals(["internal", "client"]),
  client_id: Schema.NullOr(ClientId),
  permissions: Schema.Array(Permission)
})

const make = Effect.gen(function* () {
  const sql = (yield* ShortReads) ?? (yield* SqlClient)
  const query = yield* makeQuery
  const toSubjects = query("RbacCheck.subject", Row)

  const ask = prepare(
    sql,
    (value: Placeholder<"tenant" | "user">) => sql`
      SELECT
        person.user_type,
        contact.client_id,
        ARRAY(
          SELECT DISTINCT permission.resource || ':' || permission.action
          FROM user_roles AS held
          JOIN roles AS role ON role.tenant = ${value("tenant")}::uuid AND role.role_id = held.role_id
          JOIN role_permissions AS granted ON granted.tenant = ${value("tenant")}::uuid AND granted.role_id = role.role_id
          JOIN permissions AS permission
            ON permission.tenant = ${value("tenant")}::uuid AND permission.permission_id = granted.permission_id
          WHERE held.tenant = ${value("tenant")}::uuid
            AND held.user_id = person.user_id
            AND CASE person.user_type
              WHEN 'internal' THEN role.msp AND permission.msp
              WHEN 'client' THEN role.client AND permission.client
              ELSE false
            END
            AND permission.resource || ':' || permission.action IN ${literals(sql, Permission.literals)}
        ) AS permissions
      FROM users AS person
      LEFT JOIN contacts AS contact
        ON contact.tenant = ${value("tenant")}::uuid
        AND contact.contact_name_id = person.contact_id
        AND person.user_type = 'client'
      WHERE person.tenant = ${value("tenant")}::uuid AND person.user_id = ${value("user")}::uuid AND person.is_inactive IS NOT TRUE`
  )

  return RbacCheck.of({
    subject: (tenant, user) =>
      Effect.map(toSubjects(ask({ tenant, user })), ([row]) =>
        row === undefined
          ? null
          : { userType: row.user_type, clientId: row.client_id, permissions: new Set(row.permissions) }
      )
  })
})

/** {@link RbacCheck} over `users`, `contacts` and the role tables. One statement a call. */
export const layerRbacCheck: Layer.Layer<RbacCheck, never, SqlClient> = Layer.effect(RbacCheck, make)
