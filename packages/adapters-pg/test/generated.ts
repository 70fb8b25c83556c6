import { type Dataset, dataset } from "@alga-psa/ext-adapters-memory/Dataset"
import { clientRow, serviceRow, tenantRow, userRow } from "@alga-psa/ext-adapters-memory/Rows"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Arbitrary, Schema } from "effect"

/** Letters that fold, expand or sort in their own way, wildcards, quotes and blanks. */
const letters = [..."aAbBzéÉßẞſΣσςİıIiЖж日ﬀ😀%_\\'\" 0-"]

const text = (maxLength: number, minLength = 0) =>
  Arbitrary.array(Arbitrary.schema(Schema.Literals(letters)), { minLength, maxLength }).pipe(
    Arbitrary.map((chars) => chars.join(""))
  )

const nullable = <A>(some: Arbitrary.Arbitrary<A>) =>
  Arbitrary.all([Arbitrary.schema(Schema.Boolean), some]).pipe(
    Arbitrary.map(([isNull, value]) => (isNull ? null : value))
  )

const flag = Arbitrary.schema(Schema.Boolean)
const side = Arbitrary.schema(Schema.Literals(["mine", "other"]))

const client = Arbitrary.all({
  side,
  name: text(4, 1),
  email: nullable(text(4)),
  inactive: nullable(flag),
  manager: Arbitrary.schema(Schema.Literals(["none", "missing", "mine", "other"])),
  tags: Arbitrary.array(Arbitrary.schema(Schema.Literals([0, 1, 2])), { maxLength: 4 })
})

const service = Arbitrary.all({
  side,
  type: side,
  name: text(3),
  description: nullable(text(4)),
  sku: nullable(text(2)),
  kind: Arbitrary.schema(Schema.Literals(["service", "product"])),
  method: Arbitrary.schema(Schema.Literals(["fixed", "hourly", "usage", "per_unit", "Fixed", ""])),
  active: flag,
  // The column is an integer, which has no negative zero.
  rate: nullable(Arbitrary.schema(Schema.Int).pipe(Arbitrary.map((rate) => rate + 0))),
  unit: nullable(text(2))
})

const paging = {
  search: nullable(text(2, 1)),
  pageSize: Arbitrary.schema(Schema.Literals([1, 2, 3, 100]))
}

/** What a generated run is made of: records of two tenants, names of their users and tags, and queries. */
export const generated = {
  clients: Arbitrary.array(client, { maxLength: 12 }),
  services: Arbitrary.array(service, { maxLength: 12 }),
  manager: Arbitrary.all([nullable(text(2)), nullable(text(2))]),
  tags: Arbitrary.all([text(3), text(3), text(3)]),
  clientQueries: Arbitrary.array(Arbitrary.all({ ...paging, includeInactive: flag, only: flag }), {
    minLength: 1,
    maxLength: 3
  }),
  serviceQueries: Arbitrary.array(
    Arbitrary.all({
      ...paging,
      itemKind: nullable(Arbitrary.schema(Schema.Literals(["service", "product"]))),
      billingMethod: nullable(Arbitrary.schema(Schema.Literals(["fixed", "hourly", "usage"]))),
      isActive: nullable(flag)
    }),
    { minLength: 1, maxLength: 3 }
  )
}

type Value<A> = A extends Arbitrary.Arbitrary<infer T> ? T : never
/** One generated run. */
export type Generated = { readonly [K in keyof typeof generated]: Value<(typeof generated)[K]> }

const id = () => crypto.randomUUID()

const distinct = <A>(items: ReadonlyArray<A>, key: (item: A) => string): ReadonlyArray<A> => [
  ...new Map(items.map((item) => [key(item), item])).values()
]

/** Rows for two tenants that nothing else uses. Keys that the tables keep unique are unique. */
export const toDataset = (run: Generated): { readonly tenants: ReadonlyArray<TenantId>; readonly rows: Dataset } => {
  const tenant = { mine: TenantId.make(id()), other: TenantId.make(id()) }
  const user = { mine: id(), other: id() }
  const type = { mine: id(), other: id() }
  const sides = ["mine", "other"] as const
  const managers = { none: null, missing: id(), ...user }

  const clients = distinct(run.clients, (it) => `${it.side} ${it.name}`).map((it) => ({
    row: clientRow({
      tenant: tenant[it.side],
      client_id: id(),
      client_name: it.name,
      billing_email: it.email,
      is_inactive: it.inactive,
      account_manager_id: managers[it.manager]
    }),
    side: it.side,
    tags: [...new Set(it.tags)]
  }))
  const texts = distinct([...run.tags], (it) => it)
  const tagIds = { mine: texts.map(id), other: texts.map(id) }

  return {
    tenants: [tenant.mine, tenant.other],
    rows: dataset({
      tenants: sides.map((it) => tenantRow({ tenant: tenant[it] })),
      users: sides.map((it) =>
        userRow({ tenant: tenant[it], user_id: user[it], first_name: run.manager[0], last_name: run.manager[1] })
      ),
      service_types: sides.map((it) => ({ tenant: tenant[it], id: type[it], name: it })),
      clients: clients.map(({ row }) => row),
      tag_definitions: sides.flatMap((it) =>
        texts.map((tag_text, at) => ({
          tenant: tenant[it],
          tag_id: tagIds[it][at] as string,
          tag_text,
          tagged_type: "client"
        }))
      ),
      tag_mappings: clients.flatMap(({ row, side, tags }) =>
        tags
          .filter((at) => at < texts.length)
          .map((at) => ({
            tenant: row.tenant,
            mapping_id: id(),
            tag_id: tagIds[side][at] as string,
            tagged_id: row.client_id,
            tagged_type: "client"
          }))
      ),
      service_catalog: distinct(run.services, (it) =>
        it.kind === "product" && it.sku !== null ? `${it.side} ${it.sku}` : id()
      ).map((it) =>
        serviceRow({
          tenant: tenant[it.side],
          service_id: id(),
          service_name: it.name,
          custom_service_type_id: type[it.type],
          description: it.description,
          sku: it.sku,
          item_kind: it.kind,
          billing_method: it.method,
          is_active: it.active,
          default_rate: it.rate,
          unit_of_measure: it.unit
        })
      )
    })
  }
}
