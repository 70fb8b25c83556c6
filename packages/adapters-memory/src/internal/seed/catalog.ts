import { type Dataset, dataset, type ServiceRow } from "../../Dataset.ts"
import { serviceRow } from "../../Rows.ts"
import { ids, seedId } from "../../SeedIds.ts"

const { acme, borealis } = ids.tenants

const types = {
  managed: seedId("6", 1, 1),
  project: seedId("6", 1, 2),
  hardware: seedId("6", 1, 3),
  borealis: seedId("6", 2, 1)
}

const entry = (service_id: string, service_name: string, rest: Partial<ServiceRow> = {}) =>
  serviceRow({ tenant: acme, service_id, service_name, custom_service_type_id: types.managed, ...rest })

const product = (service_id: string, service_name: string, sku: string, default_rate: number) =>
  entry(service_id, service_name, {
    item_kind: "product",
    billing_method: "usage",
    custom_service_type_id: types.hardware,
    unit_of_measure: "unit",
    sku,
    default_rate
  })

const price = (number: number, service_id: string, currency_code: string, rate: number) => ({
  tenant: acme,
  price_id: seedId("9", 1, number),
  service_id,
  currency_code,
  rate
})

/** The service catalogs of Acme and Borealis. */
export const catalog: Dataset = dataset({
  service_prices: [
    price(1, ids.services.support, "USD", 12_500),
    price(2, ids.services.support, "EUR", 11_500),
    price(3, ids.services.firewall, "USD", 89_900)
  ],
  service_types: [
    { tenant: acme, id: types.managed, name: "Managed Services" },
    { tenant: acme, id: types.project, name: "Projects" },
    { tenant: acme, id: types.hardware, name: "Hardware" },
    { tenant: borealis, id: types.borealis, name: "Managed Services" }
  ],
  service_catalog: [
    entry(ids.services.support, "Remote Support", {
      description: "Help desk for workstations and servers",
      default_rate: 12_500,
      unit_of_measure: "hour"
    }),
    product(ids.services.firewall, "Firewall Appliance", "FW-100", 89_900),
    entry(ids.services.assessment, "Security Assessment", {
      billing_method: "fixed",
      custom_service_type_id: types.project,
      description: "Yearly review with a written report"
    }),
    entry(ids.services.perUnit, "Cable Run", { billing_method: "per_unit", default_rate: 4_000 }),
    entry(ids.services.foreignType, "Network Monitoring", {
      billing_method: "fixed",
      custom_service_type_id: types.borealis,
      default_rate: 49_900,
      unit_of_measure: "month"
    }),
    entry(ids.services.retired, "Tape Backup", {
      billing_method: "usage",
      is_active: false,
      default_rate: 1_500,
      unit_of_measure: "tape"
    }),
    entry(seedId("d", 1, 7), "Cloud Backup", {
      billing_method: "usage",
      description: "Off-site copies, 100% of the data",
      default_rate: 900,
      unit_of_measure: "GB"
    }),
    entry(seedId("d", 1, 8), "On-site Support", { default_rate: 18_000, unit_of_measure: "hour" }),
    entry(seedId("d", 1, 9), "Onboarding", {
      billing_method: "fixed",
      custom_service_type_id: types.project,
      default_rate: 150_000,
      unit_of_measure: "project"
    }),
    product(seedId("d", 1, 10), "Access Point", "AP_600", 24_900),
    product(seedId("d", 1, 11), "Rack Switch 24", "SW-24", 39_900),
    entry(seedId("d", 1, 12), "Remote Support", {
      description: "Outside office hours",
      default_rate: 22_500,
      unit_of_measure: "hour"
    }),
    serviceRow({
      tenant: borealis,
      service_id: ids.services.borealisFirst,
      service_name: "Remote Support",
      custom_service_type_id: types.borealis,
      default_rate: 9_900,
      unit_of_measure: "hour"
    })
  ]
})
