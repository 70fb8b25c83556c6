import { createHash } from "node:crypto"

/** How many rows of which tenants a database of the bench holds. */
export interface Population {
  /** Clients of the largest tenant. */
  readonly large: number
  /** Clients of each of the ten tenants in the middle. */
  readonly middle: number
  /** Clients of each of the many small ones. */
  readonly small: number
  readonly smallTenants: number
  /** A tenant has one catalog entry for so many clients. */
  readonly clientsPerService: number
}

/**
 * Two million clients at scale 1: a tenant of 200,000, ten of 20,000, 3,200 of 500; a tenth as many catalog entries.
 * Below a scale of 0.1 the small tenants shrink too, so that there are still many.
 */
export const population = (scale: number): Population => {
  const large = Math.max(40, Math.round(200_000 * scale))
  const middle = Math.max(20, Math.round(20_000 * scale))
  const small = Math.max(10, Math.round(500 * Math.min(1, scale * 10)))
  return { large, middle, small, smallTenants: Math.ceil((8 * large) / small), clientsPerService: 10 }
}

/** The tenants that the bench reads, by the number of their clients. Tenants are numbered from 0, the largest first. */
export const measuredTenants = { large: 0, middle: 1, small: 11 } as const

export type TenantSize = keyof typeof measuredTenants

/** The loader's id for a text given as an SQL expression. The same text gives the same id in every load. */
const idOf = (text: string): string => `overlay(overlay(md5(${text}) PLACING '4' FROM 13) PLACING 'a' FROM 17)::uuid`

/** The loader's id for a text, such as `tenant 0`, `user 0 1` or `install 0`. */
export const loadedId = (text: string): string => {
  const digest = createHash("md5").update(text).digest("hex")
  const digits = `${digest.slice(0, 12)}4${digest.slice(13, 16)}a${digest.slice(17)}`
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

/** Terms that names hold often (one in eight), seldom (one in 5,000, and at least one in each tenant) and never. */
export const searchTerms = { common: "consult", rare: "quartz", absent: "zzyzx" } as const

const words = (list: ReadonlyArray<string>, hash: string) => {
  const quoted = list.map((word) => `'${word}'`).join(",")
  return `(ARRAY[${quoted}])[1 + (${hash} % ${list.length})]`
}

const adjectives = ["Northern", "Evergreen", "Blue", "Atlas", "Summit", "River", "Granite", "Bright", "Quiet", "Union"]
const nouns = ["Harbor", "Dental", "Logistics", "Foods", "Legal", "Motors", "Clinic", "Textile", "Energy", "Books"]
const kinds = ["Consulting", "Partners", "Holdings", "Group", "Services", "Works", "Company", "Labs"]
const work = ["Managed", "Remote", "Onsite", "Cloud", "Backup", "Network", "Security", "Desktop", "Server", "Voice"]
const offers = ["Support", "Monitoring", "Consultation", "License", "Installation", "Review", "Training", "Upgrade"]

/** Digits of a hash of the row's number, from which its texts are picked. */
const hash = (seed: string, digits: number) => `(('x' || substr(md5('${seed} ' || n), ${digits}, 7))::bit(28)::int)`

/** Rows numbered `n`, each of the tenant `k` as its `p`-th, spread so that a tenant's rows lie apart as in a used table. */
const spread = (people: Population, share: number) => {
  const of = (count: number) => Math.max(1, Math.floor(count / share))
  const [large, middle, small] = [of(people.large), of(people.middle), of(people.small)]
  const ofSmall = large + 10 * middle
  const rows = ofSmall + people.smallTenants * small
  return `(
    SELECT n,
      CASE WHEN slot < ${large} THEN 0 WHEN slot < ${ofSmall} THEN 1 + (slot - ${large}) / ${middle} ELSE 11 + (slot - ${ofSmall}) / ${small} END AS k,
      CASE WHEN slot < ${large} THEN slot WHEN slot < ${ofSmall} THEN (slot - ${large}) % ${middle} ELSE (slot - ${ofSmall}) % ${small} END AS p
    FROM (SELECT n, (n::bigint * 7368787) % ${rows} AS slot FROM generate_series(0, ${rows - 1}) AS n) AS slotted
  ) AS spread`
}

const rare = "p % 5000 = 7"

/** An install that may read, and a user of the largest tenant who may too. */
const grants = [
  `INSERT INTO extension_registry (id, publisher, name) VALUES (${idOf("'extension'")}, 'bench', 'bench')`,
  `INSERT INTO extension_version (id, registry_id, version, runtime, main_entry, capabilities)
   VALUES (${idOf("'version'")}, ${idOf("'extension'")}, '1.0.0', 'wasm-js@1', 'main', '["cap:client.read", "cap:service.read"]')`,
  `INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id, granted_caps)
   VALUES (${idOf("'install 0'")}, ${idOf("'tenant 0'")}, ${idOf("'extension'")}, ${idOf("'version'")}, '["cap:client.read", "cap:service.read"]')`,
  `INSERT INTO roles (tenant, role_id, role_name) VALUES (${idOf("'tenant 0'")}, ${idOf("'role 0'")}, 'Technician')`,
  `INSERT INTO permissions (tenant, permission_id, resource, action)
   VALUES (${idOf("'tenant 0'")}, ${idOf("'permission 0'")}, 'client', 'read')`,
  `INSERT INTO role_permissions (tenant, role_id, permission_id)
   VALUES (${idOf("'tenant 0'")}, ${idOf("'role 0'")}, ${idOf("'permission 0'")})`,
  `INSERT INTO user_roles (tenant, user_id, role_id) VALUES (${idOf("'tenant 0'")}, ${idOf("'user 0 1'")}, ${idOf("'role 0'")})`
]

/** The statements that fill Alga's empty tables with the population, in order. */
export const loadStatements = (people: Population): ReadonlyArray<string> => [
  `INSERT INTO tenants (tenant, client_name, email)
   SELECT ${idOf("'tenant ' || k")}, 'Tenant ' || k, 'owner@' || k || '.example'
   FROM generate_series(0, ${10 + people.smallTenants}) AS k`,
  `INSERT INTO users (tenant, user_id, username, hashed_password, first_name, last_name, email)
   SELECT ${idOf("'tenant ' || k")}, ${idOf("'user ' || k || ' ' || u")}, 'user' || k || '-' || u, 'x',
     (ARRAY['Maya','Ana','Jo','Li','Sam'])[u], 'Okafor ' || u, u || '@' || k || '.example'
   FROM generate_series(0, ${10 + people.smallTenants}) AS k, generate_series(1, 5) AS u`,
  `INSERT INTO tag_definitions (tenant, tag_id, tag_text, tagged_type)
   SELECT ${idOf("'tenant ' || k")}, ${idOf("'tag ' || k || ' ' || t")}, (ARRAY['managed','priority','renewal','onsite','lead'])[t], 'client'
   FROM generate_series(0, ${10 + people.smallTenants}) AS k, generate_series(1, 5) AS t`,
  `INSERT INTO service_types (tenant, id, name)
   SELECT ${idOf("'tenant ' || k")}, ${idOf("'type ' || k || ' ' || t")}, 'Type ' || t
   FROM generate_series(0, ${10 + people.smallTenants}) AS k, generate_series(1, 5) AS t`,
  `INSERT INTO clients (tenant, client_id, client_name, url, properties, notes, is_inactive, client_type, billing_email,
     account_manager_id, region_code, timezone, tax_id_number)
   SELECT ${idOf("'tenant ' || k")}, ${idOf("'client ' || n")}, name, 'https://' || n || '.example',
     jsonb_build_object('website', 'https://' || n || '.example', 'industry', 'trade', 'size', n % 90),
     repeat(md5('a' || n) || ' ' || md5('b' || n) || ' ', 10),
     n % 10 = 1 AND NOT rare,
     CASE n % 7 WHEN 0 THEN 'individual' ELSE 'company' END,
     CASE n % 20 WHEN 0 THEN NULL ELSE 'billing' || n || '@' || lower(split_part(name, ' ', 2)) || '.example' END,
     CASE WHEN n % 5 < 4 THEN ${idOf("'user ' || k || ' ' || (1 + n % 5)")} END, 'US-NY', 'America/New_York', 'TAX' || n
   FROM (
     SELECT n, k, ${rare} AS rare, ${words(adjectives, hash("client", 1))} || ' ' || ${words(nouns, hash("client", 8))} || ' '
       || ${words(kinds, hash("client", 15))} || CASE WHEN ${rare} THEN ' Quartz ' ELSE ' ' END || n AS name
     FROM ${spread(people, 1)}
   ) AS named`,
  `INSERT INTO tag_mappings (tenant, mapping_id, tag_id, tagged_id, tagged_type)
   SELECT ${idOf("'tenant ' || k")}, ${idOf("'mapping ' || n || ' ' || t")}, ${idOf("'tag ' || k || ' ' || t")}, ${idOf("'client ' || n")}, 'client'
   FROM ${spread(people, 1)}, generate_series(1, 2) AS t WHERE n % 10 < 3`,
  `INSERT INTO service_catalog (tenant, service_id, service_name, description, default_rate, unit_of_measure,
     billing_method, custom_service_type_id, item_kind, is_active, sku)
   SELECT ${idOf("'tenant ' || k")}, ${idOf("'service ' || n")}, name,
     repeat('For ' || lower(name) || ', with reports, ' || md5('d' || n) || ' ', 4), 100 * (n % 900), 'hour',
     CASE WHEN rare THEN 'fixed' ELSE (ARRAY['fixed','hourly','usage','hourly','per_unit','fixed','hourly','usage','hourly','fixed'])[1 + n % 10] END,
     ${idOf("'type ' || k || ' ' || (1 + n % 5)")}, CASE n % 3 WHEN 0 THEN 'product' ELSE 'service' END,
     n % 10 <> 1, 'SKU-' || n
   FROM (
     SELECT n, k, ${rare} AS rare, ${words(work, hash("service", 1))} || ' ' || ${words(offers, hash("service", 8))}
       || CASE WHEN ${rare} THEN ' Quartz ' ELSE ' ' END || n AS name
     FROM ${spread(people, people.clientsPerService)}
   ) AS named`,
  ...grants
]
