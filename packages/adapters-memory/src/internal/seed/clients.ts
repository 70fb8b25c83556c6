import { type ClientRow, type Dataset, dataset } from "../../Dataset.ts"
import { clientRow } from "../../Rows.ts"
import { ids, seedId } from "../../SeedIds.ts"

const { acme, borealis } = ids.tenants

const missingUser = seedId("b", 1, 99)

const client = (client_id: string, client_name: string, rest: Partial<ClientRow> = {}) =>
  clientRow({ tenant: acme, client_id, client_name, ...rest })

const clients: ReadonlyArray<ClientRow> = [
  client(ids.clients.evergreen, "Evergreen Dental Group", {
    account_manager_id: ids.users.manager,
    billing_email: "accounts@evergreen.example"
  }),
  client(ids.clients.northwind, "northwind Logistics", {
    is_inactive: null,
    account_manager_id: ids.users.admin,
    billing_email: "Billing@Northwind.example"
  }),
  client(ids.clients.oldMill, "Old Mill Bakery", { is_inactive: true, lifecycle_status: "former" }),
  client(ids.clients.harbor, "Harbor & Sons Shipping", { account_manager_id: missingUser }),
  client(ids.clients.summit, "Summit Legal LLP", { account_manager_id: ids.users.borealisAdmin }),
  client(seedId("c", 1, 6), "Élan Architecture", {
    default_currency_code: "EUR",
    account_manager_id: ids.users.manager,
    billing_email: "compta@elan.example"
  }),
  client(seedId("c", 1, 7), "100% Organic Foods", { billing_email: "pay@organic.example" }),
  client(seedId("c", 1, 8), "Blue_Sky Media", { account_manager_id: ids.users.technician }),
  client(seedId("c", 1, 9), "Jonas Weber", { client_type: "individual", default_currency_code: "EUR" }),
  client(seedId("c", 1, 10), "Zenith Manufacturing", {
    account_manager_id: ids.users.manager,
    billing_email: "ap@zenith.example"
  }),
  client(seedId("c", 1, 11), "Riverbend School District", { lifecycle_status: "prospect" }),
  client(seedId("c", 1, 12), "Acme IT Services", { billing_email: "office@acme-it.example" }),
  clientRow({
    tenant: borealis,
    client_id: ids.clients.borealisFirst,
    client_name: "Evergreen Dental Group",
    account_manager_id: ids.users.borealisAdmin,
    billing_email: "accounts@evergreen.example"
  }),
  clientRow({ tenant: borealis, client_id: seedId("c", 2, 2), client_name: "Polar Freight" })
]

const tags = ["managed", "priority", "on-site only"].map((tag_text, index) => ({
  tenant: acme,
  tag_id: seedId("4", 1, index + 1),
  tag_text,
  tagged_type: "client"
}))

const tagged = [
  [1, ids.clients.evergreen],
  [2, ids.clients.evergreen],
  [1, ids.clients.northwind],
  [3, ids.clients.harbor]
] as const

/** The clients of Acme and Borealis, and Acme's tags on them. */
export const clientBase: Dataset = dataset({
  clients,
  tag_definitions: [
    ...tags,
    { tenant: borealis, tag_id: seedId("4", 2, 1), tag_text: "northern", tagged_type: "client" }
  ],
  tag_mappings: [
    ...tagged.map(([tag, tagged_id], index) => ({
      tenant: acme,
      mapping_id: seedId("5", 1, index + 1),
      tag_id: seedId("4", 1, tag),
      tagged_id,
      tagged_type: "client"
    })),
    {
      tenant: borealis,
      mapping_id: seedId("5", 2, 1),
      tag_id: seedId("4", 2, 1),
      tagged_id: ids.clients.borealisFirst,
      tagged_type: "client"
    }
  ]
})
