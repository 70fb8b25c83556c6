import { indexedNameBytes } from "./internal/listing.ts"

/** An index of this project's own on one of Alga PSA's tables. No query needs one to be right. */
export interface IndexDefinition {
  readonly name: string
  readonly table: string
  /**
   * What follows `CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON`, as `pg_get_indexdef` prints it: two indexes are the
   * same when the text after their names is.
   */
  readonly definition: string
  /** Which reads it is there for, and what it costs. */
  readonly serves: string
  /** True when only an installation that asks for it should have it. */
  readonly optIn: boolean
}

/**
 * The indexes behind the reads of clients and services. None can refuse a row that the table takes: a btree entry holds
 * at most 2,704 bytes, so rows with longer texts are left out of the entries that hold texts, and found by
 * indexes of their own.
 */
export const indexPack: ReadonlyArray<IndexDefinition> = [
  {
    name: "alga_ext_clients_name",
    table: "clients",
    definition: `public.clients USING btree (tenant, lower(client_name) COLLATE "C", client_id) INCLUDE (client_name, billing_email, is_inactive) WHERE (octet_length(client_name) <= ${indexedNameBytes})`,
    serves: "pages of clients in the order of their names, and the search, from the index alone",
    optIn: false
  },
  {
    name: "alga_ext_clients_long_name",
    table: "clients",
    definition: `public.clients USING btree (tenant) WHERE (octet_length(client_name) > ${indexedNameBytes})`,
    serves: "clients whose names are too long for alga_ext_clients_name; as good as empty",
    optIn: false
  },
  {
    name: "alga_ext_clients_active",
    table: "clients",
    definition: "public.clients USING btree (tenant) WHERE (is_inactive IS NOT TRUE)",
    serves: "the exact number of a tenant's active clients, about 1,100 to a page of 8 kB",
    optIn: false
  },
  {
    name: "alga_ext_services_name",
    table: "service_catalog",
    definition: `public.service_catalog USING btree (tenant, lower(service_name) COLLATE "C", service_id) INCLUDE (service_name, item_kind, is_active, billing_method) WHERE ((billing_method = ANY (ARRAY['fixed'::text, 'hourly'::text, 'usage'::text])) AND (octet_length(service_name) <= ${indexedNameBytes}))`,
    serves: "pages of services in the order of their names, from the index alone",
    optIn: false
  },
  {
    name: "alga_ext_services_long_name",
    table: "service_catalog",
    definition: `public.service_catalog USING btree (tenant) WHERE (octet_length(service_name) > ${indexedNameBytes})`,
    serves: "services whose names are too long for alga_ext_services_name; as good as empty",
    optIn: false
  },
  {
    name: "alga_ext_services_kind",
    table: "service_catalog",
    definition:
      "public.service_catalog USING btree (tenant, item_kind, is_active, billing_method) WHERE (billing_method = ANY (ARRAY['fixed'::text, 'hourly'::text, 'usage'::text]))",
    serves: "the exact number of a tenant's services, with any of the filters",
    optIn: false
  }
]
