import { readFile, stat } from "node:fs/promises"
import { clientRow, type Dataset, seed, serviceRow } from "@alga-psa/ext-adapters-memory"
import { seedId } from "@alga-psa/ext-adapters-memory/SeedIds"
import { absent } from "@alga-psa/ext-domain"
import { firstRule } from "@alga-psa/ext-domain/BrokenRules"
import { Effect, Schema } from "effect"
import { UsageWrong } from "../ExitCode.ts"
import { noBundle, place } from "./DevDatabase.ts"

/** The most records of a kind that an author may give or ask for. */
export const mostRecords = 50_000

const mostBytes = 64 * 1024 * 1024

const text = (most: number) =>
  Schema.String.annotate({ message: "must be text" }).check(
    Schema.isBetweenCodePoints(1, most, { message: `must be 1 to ${most} characters` }),
    Schema.isPattern(/^[^\0\p{Surrogate}]*$/u, { message: "must have no NUL and no half of a character" })
  )
const given = <S extends Schema.Constraint>(schema: S, rule: string) => absent(schema, rule)
const id = given(Schema.String.check(Schema.isGUID({ message: "must be a UUID" })), "must be a UUID")
const flag = given(Schema.Boolean, "must be true or false")
const words = (most: number) => given(text(most), "must be text")
const oneOf = <const Cases extends ReadonlyArray<string>>(cases: Cases) => {
  const rule = `must be ${cases.join(" or ")}`
  return given(Schema.Literals(cases).annotate({ message: rule }), rule)
}

const minorUnits = "must be a whole number of minor units, such as cents"

/** What an author may say of a client, beside its id and tags. */
export const ClientFields = Schema.Struct({
  clientName: text(255),
  clientType: oneOf(["company", "individual"]),
  isInactive: flag,
  defaultCurrencyCode: words(3),
  billingEmail: words(255)
})

/** What an author may say of a service, beside its id. */
export const ServiceFields = Schema.Struct({
  serviceName: text(255),
  description: words(10_000),
  itemKind: oneOf(["service", "product"]),
  billingMethod: oneOf(["fixed", "hourly", "usage"]),
  defaultRate: given(Schema.Number.check(Schema.isInt({ message: minorUnits })), minorUnits),
  unitOfMeasure: words(128),
  isActive: flag,
  sku: words(255)
})

const Client = Schema.Struct({
  clientId: id,
  ...ClientFields.fields,
  tags: given(Schema.Array(text(100)), "must be a list of texts")
})

const Service = Schema.Struct({ serviceId: id, ...ServiceFields.fields })

/** The columns of a client; what is left out has a default. */
export const clientColumns = (one: typeof ClientFields.Type) => ({
  client_name: one.clientName,
  client_type: one.clientType ?? "company",
  is_inactive: one.isInactive ?? false,
  default_currency_code: one.defaultCurrencyCode ?? "USD",
  billing_email: one.billingEmail ?? null
})

/** The columns of a service; what is left out has a default. */
export const serviceColumns = (one: typeof ServiceFields.Type) => ({
  service_name: one.serviceName,
  description: one.description ?? null,
  item_kind: one.itemKind ?? "service",
  billing_method: one.billingMethod ?? "hourly",
  default_rate: one.defaultRate ?? null,
  unit_of_measure: one.unitOfMeasure ?? null,
  is_active: one.isActive ?? true,
  sku: one.sku ?? null
})

/** A row of a table, or some columns of one. */
export type Row = Readonly<Record<string, string | number | boolean | null>>

/** What the product's tables hold once in a tenant: a field, its column, and its value in a row; null where any number may have it. */
export const heldOnce = {
  clients: { field: "clientName", column: "client_name", of: (row: Row) => row["client_name"] ?? null },
  services: {
    field: "sku",
    column: "sku",
    of: (row: Row) => (row["item_kind"] === "product" ? (row["sku"] ?? null) : null)
  }
} as const

const list = <S extends Schema.Constraint>(item: S) =>
  given(
    Schema.Array(item).check(Schema.isMaxLength(mostRecords, { message: `must be at most ${mostRecords}` })),
    "must be a list"
  )

/** What a file of data holds: clients and services, by the fields that an extension reads. A list that is left out stays the seed's. */
export const DataFile = Schema.Struct({ clients: list(Client), services: list(Service) })
export interface DataFile extends Schema.Schema.Type<typeof DataFile> {}

const decode = Schema.decodeUnknownEffect(DataFile, { onExcessProperty: "error" })

const { tenant } = place

const clientId = (at: number): string => seedId("c", 9, at + 1)
const serviceId = (at: number): string => seedId("d", 9, at + 1)

/** The seed with these clients and services in place of its own. The portal user is of the first client. */
export const datasetOf = ({ clients, services }: DataFile): Dataset => {
  const rows = seed({ contentHash: noBundle })
  const others = <Row extends { readonly tenant: string }>(of: ReadonlyArray<Row>) =>
    of.filter((row) => row.tenant !== tenant)
  const ofClients = (clients ?? []).map((one, at) => ({ ...one, clientId: one.clientId ?? clientId(at) }))
  const first = ofClients[0]?.clientId ?? null
  const tags = [...new Set(ofClients.flatMap((one) => one.tags ?? []))]
  const tagIds = new Map(tags.map((tag, at) => [tag, seedId("4", 9, at + 1)]))
  const mapped = ofClients.flatMap((one) => [...new Set(one.tags ?? [])].map((tag) => [one.clientId, tag] as const))
  const withClients: Partial<Dataset> = {
    clients: [
      ...others(rows.clients),
      ...ofClients.map((one) => clientRow({ tenant, client_id: one.clientId, ...clientColumns(one) }))
    ],
    contacts: rows.contacts.map((row) =>
      row.tenant === tenant && row.client_id !== null ? { ...row, client_id: first } : row
    ),
    tag_definitions: [
      ...others(rows.tag_definitions),
      ...tags.map((tag) => ({ tenant, tag_id: tagIds.get(tag) ?? "", tag_text: tag, tagged_type: "client" }))
    ],
    tag_mappings: [
      ...others(rows.tag_mappings),
      ...mapped.map(([tagged_id, tag], at) => ({
        tenant,
        mapping_id: seedId("5", 9, at + 1),
        tag_id: tagIds.get(tag) ?? "",
        tagged_id,
        tagged_type: "client"
      }))
    ]
  }
  const type = rows.service_types.find((row) => row.tenant === tenant)?.id ?? ""
  const withServices: Partial<Dataset> = {
    service_prices: others(rows.service_prices),
    service_catalog: [
      ...others(rows.service_catalog),
      ...(services ?? []).map((one, at) =>
        serviceRow({
          tenant,
          service_id: one.serviceId ?? serviceId(at),
          custom_service_type_id: type,
          ...serviceColumns(one)
        })
      )
    ]
  }
  return { ...rows, ...(clients === undefined ? {} : withClients), ...(services === undefined ? {} : withServices) }
}

const first = ["Harbor", "Cedar", "Northern", "Élan", "Summit", "Blue", "Old Mill", "Granite", "Sun", "Ümlaut"]
const second = ["Dental", "Logistics", "Legal", "Bakery", "Architects", "Foods", "Clinic", "Motors", "Press", "Labs"]
const work = ["Remote Support", "Backup", "Firewall", "Workshop", "Cabling", "Monitoring", "Laptop", "Audit"]

const pick = (from: ReadonlyArray<string>, at: number): string => from[at % from.length] ?? ""

/** So many clients and services, the same every time: every tenth is inactive, every seventh has no address, names repeat. */
export const sizedData = (size: number): DataFile => ({
  clients: Array.from({ length: size }, (_, at) => ({
    clientName: `${pick(first, at)} ${pick(second, Math.floor(at / first.length))} ${Math.floor(at / 200) + 1}`,
    isInactive: at % 10 === 9,
    ...(at % 7 === 6 ? {} : { billingEmail: `billing-${at + 1}@client.example` }),
    ...(at % 5 === 0 ? { tags: ["managed"] } : {})
  })),
  services: Array.from({ length: size }, (_, at) => ({
    serviceName: `${pick(work, at)} ${Math.floor(at / work.length) + 1}`,
    itemKind: at % 4 === 3 ? ("product" as const) : ("service" as const),
    billingMethod: (["hourly", "fixed", "usage"] as const)[at % 3] ?? "hourly",
    defaultRate: 1_000 + (at % 500) * 50,
    isActive: at % 10 !== 9
  }))
})

/** Where a list of a file repeats what the product's tables hold once; null where it does not. */
const repeated = <A>(
  list: string,
  of: ReadonlyArray<A>,
  field: string,
  keyOf: (one: A, at: number) => Row[string]
): string | null => {
  const seen = new Map<Row[string], number>()
  for (const [at, one] of of.entries()) {
    const key = keyOf(one, at)
    const before = key === null ? undefined : seen.get(key)
    if (before !== undefined) return `${list}[${at}].${field}: must not be that of ${list}[${before}]`
    if (key !== null) seen.set(key, at)
  }
  return null
}

/** The first value of a file that another record has and must not, with its place; null where there is none. */
const repeatedIn = (data: DataFile): string | null => {
  const [clients, services] = [data.clients ?? [], data.services ?? []]
  const ofOthers = seed({ contentHash: noBundle }).clients.filter((row) => row.tenant !== tenant)
  const others = new Set(ofOthers.map(({ client_id }) => client_id))
  const at = clients.findIndex((one) => others.has(one.clientId?.toLowerCase() ?? ""))
  if (at >= 0) return `clients[${at}].clientId: must not be that of another tenant's client`
  return (
    repeated("clients", clients, "clientId", (one, at) => (one.clientId ?? clientId(at)).toLowerCase()) ??
    repeated("clients", clients, heldOnce.clients.field, (one) => heldOnce.clients.of(clientColumns(one))) ??
    repeated("services", services, "serviceId", (one, at) => (one.serviceId ?? serviceId(at)).toLowerCase()) ??
    repeated("services", services, heldOnce.services.field, (one) => heldOnce.services.of(serviceColumns(one)))
  )
}

const wrong = (file: string, why: string) => new UsageWrong({ message: `--data ${file} ${why}` })

/** Reads a file of data. Every mistake in it is named with its place. */
export const readDataFile = Effect.fnUntraced(function* (file: string) {
  const { size } = yield* Effect.tryPromise({ try: () => stat(file), catch: () => wrong(file, "is not there") })
  if (size > mostBytes) return yield* wrong(file, `is larger than ${mostBytes} bytes`)
  const json = yield* Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: () => wrong(file, "cannot be read")
  })
  const value = yield* Effect.try({
    try: () => JSON.parse(json.replace(/^\ufeff/, "")),
    catch: () => wrong(file, "is not JSON")
  })
  const data = yield* Effect.mapError(decode(value), ({ issue }) => wrong(file, firstRule(issue)))
  const twice = repeatedIn(data)
  return twice === null ? data : yield* wrong(file, twice)
})
