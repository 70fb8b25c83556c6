import { ServiceId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader, type ServicesPageQuery, type ServicesQuery, services } from "@alga-psa/ext-domain/Services"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { ServiceRow } from "../Dataset.ts"
import { type ContractData, load } from "./ContractData.ts"
import { type CursorResource, cursorReaderContract } from "./CursorReaderContract.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"
import { pagedReaderContract } from "./PagedReaderContract.ts"

const everything: ServicesQuery = {
  search: null,
  itemKind: null,
  isActive: null,
  billingMethod: null,
  page: 1,
  pageSize: 100
}

const everyPage: ServicesPageQuery = {
  search: null,
  itemKind: null,
  isActive: null,
  billingMethod: null,
  pageSize: 100,
  after: null,
  withTotal: false
}

const list = (tenant: TenantId, query: Partial<ServicesQuery> = {}) =>
  Effect.flatMap(ServiceReader, (reader) => reader.list(tenant, { ...everything, ...query }))

const names = (tenant: TenantId, query: Partial<ServicesQuery> = {}) =>
  Effect.map(list(tenant, query), (page) => page.items.map((service) => service.serviceName))

const page = (tenant: TenantId, query: Partial<ServicesPageQuery> = {}) =>
  Effect.flatMap(ServiceReader, (reader) => reader.page(tenant, { ...everyPage, ...query }))

const getMany = (tenant: TenantId, ...ids: ReadonlyArray<string>) =>
  Effect.flatMap(ServiceReader, (reader) =>
    reader.getMany(
      tenant,
      ids.map((id) => ServiceId.make(id))
    )
  )

const priceOf = (service: ServiceRow, currency_code: string, rate: number) => ({
  tenant: service.tenant,
  price_id: freshId(),
  service_id: service.service_id,
  currency_code,
  rate
})

const get = (tenant: TenantId, id: string) =>
  Effect.flatMap(ServiceReader, (reader) => reader.get(tenant, ServiceId.make(id)))

/** Every guarantee of {@link ServiceReader}, one case each. */
export const serviceReaderContract = <E>(name: string, adapter: Layer.Layer<ServiceReader | ContractData, E>): void =>
  layer(adapter)(`ServiceReader contract: ${name}`, (it) => {
    const shared: Omit<CursorResource, "everything"> = {
      one: "an entry",
      many: "entries",
      make: (tenant, name, id = freshId()) => ({
        id,
        rows: { service_catalog: [tenant.service(name, { service_id: id })] }
      })
    }
    pagedReaderContract(it, services, { ...shared, everything })
    cursorReaderContract(it, services, { ...shared, everything: everyPage })

    it.effect("gives every field of an entry, in the list and alone", () =>
      Effect.gen(function* () {
        const { tenant, rows, service, serviceType } = freshTenant()
        const product = service("Firewall", {
          item_kind: "product",
          billing_method: "usage",
          default_rate: 89_900,
          unit_of_measure: "unit",
          is_active: false,
          sku: "FW-100",
          description: "Rack mounted"
        })
        yield* load(rows, { service_catalog: [product] })
        const summary = {
          serviceId: product.service_id,
          serviceName: "Firewall",
          itemKind: "product",
          billingMethod: "usage",
          serviceTypeId: serviceType.id,
          serviceTypeName: "Managed Services",
          defaultRate: 89_900,
          unitOfMeasure: "unit",
          isActive: false,
          sku: "FW-100"
        }
        assert.deepEqual(yield* get(tenant, product.service_id), summary as never)
        assert.deepEqual((yield* list(tenant)).items, [summary] as never)
      })
    )

    it.effect("keeps entries apart that two tenants have under one id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const own = mine.service("Mine")
        yield* load(mine.rows, other.rows, {
          service_catalog: [other.service("Theirs", { service_id: own.service_id }), own]
        })
        assert.strictEqual((yield* get(mine.tenant, own.service_id))?.serviceName, "Mine")
        assert.deepEqual(yield* names(mine.tenant), ["Mine"])
        assert.deepEqual(yield* names(mine.tenant, { search: own.service_id }), ["Mine"])
        assert.strictEqual((yield* get(other.tenant, own.service_id))?.serviceName, "Theirs")
      })
    )

    it.effect("reads a type of another tenant as no type", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const foreign = mine.service("Support", { custom_service_type_id: other.serviceType.id })
        yield* load(mine.rows, other.rows, { service_catalog: [foreign] })
        const found = yield* get(mine.tenant, foreign.service_id)
        assert.deepEqual([found?.serviceTypeId, found?.serviceTypeName], [null, null])
        const [item] = (yield* list(mine.tenant)).items
        assert.deepEqual([item?.serviceTypeId, item?.serviceTypeName], [null, null])
      })
    )

    it.effect("pages by every size as the whole list goes, also where names differ in case alone", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        const spellings = ["same", "Same", "sAme", "saMe", "samE", "SAme", "sAMe", "saME"]
        yield* load(rows, {
          service_catalog: ["Alone", ...spellings, "zone", "Same too", "Last"].map((name) => service(name))
        })
        for (const search of [null, "a"]) {
          const { items, totalCount } = yield* list(tenant, { search })
          for (const pageSize of [1, 2, 3, 4, 5, 6, 8]) {
            const numbers = Array.from({ length: Math.ceil(totalCount / pageSize) }, (_, i) => i + 1)
            const pages = yield* Effect.forEach(numbers, (page) => list(tenant, { search, page, pageSize }))
            assert.deepEqual(
              pages.flatMap((page) => page.items),
              items
            )
            assert.deepEqual(new Set(pages.map((page) => page.totalCount)), new Set([totalCount]))
          }
        }
      })
    )

    it.effect("pages entries of the same name without repeating or skipping, with one count on every page", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        yield* load(rows, { service_catalog: Array.from({ length: 10 }, () => service("Same")) })
        const pages = yield* Effect.forEach([1, 2, 3, 4], (page) => list(tenant, { page, pageSize: 3 }))
        const ids = pages.flatMap((page) => page.items.map((item) => item.serviceId as string))
        assert.deepEqual(
          ids,
          (yield* list(tenant)).items.map((item) => item.serviceId as string)
        )
        assert.deepEqual(ids, [...new Set(ids)].sort())
        assert.deepEqual(
          pages.map(({ page, pageSize, totalCount }) => ({ page, pageSize, totalCount })),
          [1, 2, 3, 4].map((page) => ({ page, pageSize: 3, totalCount: 10 }))
        )
      })
    )

    it.effect("finds a part of the name, the description or the SKU without regard to case", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        yield* load(rows, {
          service_catalog: [
            service("Firewall", { item_kind: "product", sku: "NET-100" }),
            service("Network Care"),
            service("Audit", { description: "Of the whole network" }),
            service("Écran", { unit_of_measure: "network" })
          ]
        })
        assert.deepEqual(yield* names(tenant, { search: "NETwork" }), ["Audit", "Network Care"])
        assert.deepEqual(yield* names(tenant, { search: "net-1" }), ["Firewall"])
        assert.deepEqual(yield* names(tenant, { search: "éCRAN" }), ["Écran"])
        assert.deepEqual(yield* names(tenant, { search: "managed" }), [])
      })
    )

    it.effect("filters by kind, by activity and by billing method, together and apart", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        yield* load(rows, {
          service_catalog: [
            service("Hourly"),
            service("Fixed", { billing_method: "fixed" }),
            service("Old", { is_active: false }),
            service("Product", { item_kind: "product", billing_method: "usage" }),
            service("Old Product", { item_kind: "product", billing_method: "usage", is_active: false })
          ]
        })
        assert.deepEqual(yield* names(tenant, { itemKind: "product" }), ["Old Product", "Product"])
        assert.deepEqual(yield* names(tenant, { itemKind: "service" }), ["Fixed", "Hourly", "Old"])
        assert.deepEqual(yield* names(tenant, { isActive: true }), ["Fixed", "Hourly", "Product"])
        assert.deepEqual(yield* names(tenant, { isActive: false }), ["Old", "Old Product"])
        assert.deepEqual(yield* names(tenant, { billingMethod: "hourly" }), ["Hourly", "Old"])
        assert.deepEqual(yield* names(tenant, { billingMethod: "usage", isActive: true }), ["Product"])
        assert.strictEqual((yield* list(tenant, { itemKind: "service", pageSize: 1 })).totalCount, 3)
      })
    )

    it.effect.each(["per_unit", "", "Hourly", "fixed "])("hides an entry whose billing method is [%s]", (method) =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        const hidden = service("Hidden", { billing_method: method })
        yield* load(rows, { service_catalog: [hidden, service("Shown")] })
        const page = yield* list(tenant)
        assert.deepEqual(page.items.map((item) => item.serviceName) as Array<string>, ["Shown"])
        assert.strictEqual(page.totalCount, 1)
        assert.isNull(yield* get(tenant, hidden.service_id))
        assert.deepEqual(yield* names(tenant, { search: hidden.service_id }), [])
      })
    )

    it.effect("reads a missing rate as 0 and a missing unit as empty", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        const bare = service("Bare", { default_rate: null, unit_of_measure: null, sku: null })
        yield* load(rows, { service_catalog: [bare] })
        const found = yield* get(tenant, bare.service_id)
        assert.deepEqual([found?.defaultRate, found?.unitOfMeasure, found?.sku], [0, "", null])
      })
    )

    it.effect.each([-1, 0, 1, 2_147_483_648, 9_007_199_254_740_991])(
      "gives a rate of %d cents as it is stored",
      (rate) =>
        Effect.gen(function* () {
          const { tenant, rows, service } = freshTenant()
          const priced = service("Priced", { default_rate: rate })
          yield* load(rows, { service_catalog: [priced] })
          assert.strictEqual((yield* get(tenant, priced.service_id))?.defaultRate, rate)
        })
    )

    it.effect("gets an inactive entry", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        const retired = service("Retired", { is_active: false })
        yield* load(rows, { service_catalog: [retired] })
        assert.isFalse((yield* get(tenant, retired.service_id))?.isActive)
      })
    )

    it.effect("gives every field of an entry and its prices by currency in the second edition", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        const priced = service("Backup", { billing_method: "usage", default_rate: 900, sku: "B-1" })
        const free = service("Free")
        yield* load(rows, {
          service_catalog: [priced, free],
          service_prices: [
            priceOf(priced, "USD", 1_000),
            priceOf(priced, "eur", -1),
            priceOf(priced, "A B", 0),
            priceOf(priced, "EUR", 2_147_483_647)
          ]
        })
        const prices = [
          ["A B", 0],
          ["EUR", 2_147_483_647],
          ["USD", 1_000],
          ["eur", -1]
        ].map(([currencyCode, rate]) => ({ currencyCode, rate }))
        const first = yield* get(tenant, priced.service_id)
        const whole = { ...first, prices }
        const bare = { ...(yield* get(tenant, free.service_id)), prices: [] }
        assert.deepEqual((yield* page(tenant)).items, [whole, bare] as never)
        assert.deepEqual(yield* getMany(tenant, free.service_id, priced.service_id), [bare, whole] as never)
        assert.strictEqual(first?.defaultRate, 900)
        assert.notProperty(first, "prices")
        assert.notProperty((yield* list(tenant)).items[0], "prices")
      })
    )

    it.effect("keeps prices apart of entries that two tenants have under one id", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const own = mine.service("Mine")
        const theirs = other.service("Theirs", { service_id: own.service_id })
        yield* load(mine.rows, other.rows, {
          service_catalog: [own, theirs],
          service_prices: [priceOf(own, "EUR", 1), priceOf(theirs, "EUR", 2), priceOf(theirs, "USD", 3)]
        })
        const [found] = yield* getMany(mine.tenant, own.service_id)
        assert.deepEqual(found?.prices as unknown, [{ currencyCode: "EUR", rate: 1 }])
      })
    )

    it.effect("pages by the filters, without entries of other billing methods, which it does not get either", () =>
      Effect.gen(function* () {
        const { tenant, rows, service } = freshTenant()
        const hidden = service("Hidden", { billing_method: "per_unit" })
        yield* load(rows, {
          service_catalog: [
            hidden,
            service("Hourly"),
            service("Old", { is_active: false }),
            service("Product", { item_kind: "product", billing_method: "usage" })
          ]
        })
        const names = (query: Partial<ServicesPageQuery>) =>
          Effect.map(page(tenant, query), ({ items }) => items.map((item): string => item.serviceName))
        assert.deepEqual(yield* names({}), ["Hourly", "Old", "Product"])
        assert.deepEqual(yield* names({ isActive: true }), ["Hourly", "Product"])
        assert.deepEqual(yield* names({ itemKind: "service", billingMethod: "hourly", isActive: false }), ["Old"])
        assert.deepEqual(yield* names({ billingMethod: "usage" }), ["Product"])
        assert.deepEqual(yield* names({ search: hidden.service_id }), [])
        assert.strictEqual((yield* page(tenant, { withTotal: true, pageSize: 1 })).totalCount, 3)
        assert.deepEqual(yield* getMany(tenant, hidden.service_id), [null])
      })
    )
  })
