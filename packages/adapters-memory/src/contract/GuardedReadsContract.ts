import { ClientReads } from "@alga-psa/ext-domain/ClientReads"
import type { ClientsListInput } from "@alga-psa/ext-domain/Clients"
import { UserId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReads } from "@alga-psa/ext-domain/ServiceReads"
import type { ServicesListInput } from "@alga-psa/ext-domain/Services"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { dataset } from "../Dataset.ts"
import { type ContractData, load } from "./ContractData.ts"
import { freshId } from "./FreshTenant.ts"
import { only, scenario } from "./GuardedScenario.ts"

const listClients = (input?: ClientsListInput) => Effect.flatMap(ClientReads, (reads) => reads.list(input))
const getClient = (id: string) => Effect.flatMap(ClientReads, (reads) => reads.get(id))
const listServices = (input?: ServicesListInput) => Effect.flatMap(ServiceReads, (reads) => reads.list(input))
const getService = (id: string) => Effect.flatMap(ServiceReads, (reads) => reads.get(id))

const code = <A, R>(read: Effect.Effect<A, { readonly code: string }, R>) =>
  Effect.match(read, { onFailure: (error) => error.code, onSuccess: () => "allowed" })

const noCount = { page: 1, pageSize: 25 }

const fourReads = (client: string, service: string) => [
  code(listClients()),
  code(getClient(client)),
  code(listServices()),
  code(getService(service))
]

const everyRead = ["allowed", "allowed", "allowed", "allowed"]
const noRead = ["not-allowed", "not-allowed", "not-allowed", "not-allowed"]

/**
 * What an extension may read and what it is told, over whatever stands between it and the ports. Failures are told
 * apart by their code alone, because no more of them reaches a guest.
 */
export const guardedReadsContract = <E>(
  name: string,
  adapter: Layer.Layer<ClientReads | ServiceReads | ContractData, E>
): void =>
  layer(adapter)(`Guarded reads contract: ${name}`, (it) => {
    it.effect("hands a client and a catalog entry over whole, alone and in a list", () =>
      Effect.gen(function* () {
        const { as, client, service, tenant } = yield* scenario()
        const clientSummary = {
          clientId: client.client_id,
          clientName: "Evergreen",
          clientType: "company",
          isInactive: false,
          defaultCurrencyCode: "USD",
          accountManagerId: null,
          accountManagerName: null,
          billingEmail: "accounts@evergreen.example"
        }
        const serviceSummary = {
          serviceId: service.service_id,
          serviceName: "Support",
          itemKind: "service",
          billingMethod: "hourly",
          serviceTypeId: tenant.serviceType.id,
          serviceTypeName: "Managed Services",
          defaultRate: 12_500,
          unitOfMeasure: "",
          isActive: true,
          sku: null
        }
        const found = yield* as()(
          Effect.all([listClients(), getClient(client.client_id), listServices(), getService(service.service_id)])
        )
        assert.deepEqual(found as unknown, [
          { items: [clientSummary], totalCount: 1, ...noCount },
          clientSummary,
          { items: [serviceSummary], totalCount: 1, ...noCount },
          serviceSummary
        ])
      })
    )

    it.effect("applies filters and paging", () =>
      Effect.gen(function* () {
        const { as, client: first, tenant } = yield* scenario()
        const gone = tenant.client("Gone", { is_inactive: true })
        const product = tenant.service("Firewall", { item_kind: "product", billing_method: "usage", is_active: false })
        yield* load({ clients: [gone, tenant.client("Harbor")], service_catalog: [product] })
        const clients = (input: ClientsListInput) =>
          Effect.map(listClients(input), (page) => [page.totalCount, ...page.items.map((item) => item.clientName)])
        const services = (input: ServicesListInput) =>
          Effect.map(listServices(input), (page) => [page.totalCount, ...page.items.map((item) => item.serviceName)])
        const run = as()
        assert.deepEqual(yield* run(clients({})), [2, "Evergreen", "Harbor"])
        assert.deepEqual(yield* run(clients({ includeInactive: true })), [3, "Evergreen", "Gone", "Harbor"])
        assert.deepEqual(yield* run(clients({ search: "  HARB " })), [1, "Harbor"])
        assert.deepEqual(yield* run(clients({ search: "   " })), [2, "Evergreen", "Harbor"])
        assert.deepEqual(yield* run(clients({ search: first.client_id })), [1, "Evergreen"])
        assert.deepEqual(yield* run(clients({ page: 2, pageSize: 1 })), [2, "Harbor"])
        assert.deepEqual(yield* run(clients({ page: 3, pageSize: 1 })), [2])
        assert.deepEqual(yield* run(services({})), [2, "Firewall", "Support"])
        assert.deepEqual(yield* run(services({ itemKind: "product" })), [1, "Firewall"])
        assert.deepEqual(yield* run(services({ isActive: true })), [1, "Support"])
        assert.deepEqual(yield* run(services({ isActive: false })), [1, "Firewall"])
        assert.deepEqual(yield* run(services({ billingMethod: "hourly" })), [1, "Support"])
        assert.deepEqual(yield* run(services({ billingMethod: "fixed" })), [0])
      })
    )

    it.effect("gives null for a missing record", () =>
      Effect.gen(function* () {
        const { as } = yield* scenario()
        assert.deepEqual(yield* as()(Effect.all([getClient(freshId()), getService(freshId())])), [null, null])
      })
    )

    it.effect("finds a record by an id in upper case", () =>
      Effect.gen(function* () {
        const { as, client, service } = yield* scenario()
        const found = yield* as()(
          Effect.all([getClient(client.client_id.toUpperCase()), getService(service.service_id.toUpperCase())])
        )
        assert.deepEqual([found[0]?.clientName, found[1]?.serviceName], ["Evergreen", "Support"])
      })
    )

    it.effect.each([
      { capabilities: ["cap:client.read"], outcome: ["allowed", "allowed", "not-allowed", "not-allowed"] },
      { capabilities: ["cap:service.read"], outcome: ["not-allowed", "not-allowed", "allowed", "allowed"] },
      { capabilities: [], outcome: noRead }
    ])("of an install with $capabilities, the four reads are $outcome", ({ capabilities, outcome }) =>
      Effect.gen(function* () {
        const granted = yield* scenario({ granted_caps: capabilities })
        const declared = yield* scenario({ declared: capabilities })
        for (const { as, client, service, staff } of [granted, declared]) {
          const reads = Effect.all(fourReads(client.client_id, service.service_id))
          assert.deepEqual(yield* as()(reads), outcome)
          assert.deepEqual(yield* as(yield* staff())(reads), outcome)
        }
      })
    )

    it.effect.each([
      { restrictTo: only("cap:client.read", "cap:service.read"), outcome: everyRead },
      { restrictTo: only("cap:client.read"), outcome: ["allowed", "allowed", "not-allowed", "not-allowed"] },
      { restrictTo: only(), outcome: noRead }
    ])("of an execution restricted to $restrictTo, the four reads are $outcome", ({ restrictTo, outcome }) =>
      Effect.gen(function* () {
        const { as, client, service } = yield* scenario()
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        assert.deepEqual(yield* as(null, { restrictTo })(reads), outcome)
      })
    )

    it.effect("does not let a restriction add what was not granted", () =>
      Effect.gen(function* () {
        const { as, client, service } = yield* scenario({ granted_caps: [] })
        const restrictTo = only("cap:client.read", "cap:service.read")
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        assert.deepEqual(yield* as(null, { restrictTo })(reads), noRead)
      })
    )

    it.effect.each([
      { is_enabled: false, status: "enabled" },
      { is_enabled: true, status: "disabled" },
      { is_enabled: true, status: "pending" }
    ] as const)("allows nothing to an install with is_enabled $is_enabled and status $status", (state) =>
      Effect.gen(function* () {
        const { as, client, service } = yield* scenario(state)
        assert.deepEqual(yield* as()(Effect.all(fourReads(client.client_id, service.service_id))), noRead)
      })
    )

    it.effect("allows nothing in a suspended tenant", () =>
      Effect.gen(function* () {
        const { as, client, service } = yield* scenario({ suspended: true })
        assert.deepEqual(yield* as()(Effect.all(fourReads(client.client_id, service.service_id))), noRead)
      })
    )

    it.effect("allows nothing to an execution under another tenant's install", () =>
      Effect.gen(function* () {
        const mine = yield* scenario()
        const other = yield* scenario()
        const borrowed = { installId: other.install.id, extensionId: other.install.extensionId }
        const reads = Effect.all(fourReads(mine.client.client_id, mine.service.service_id))
        assert.deepEqual(yield* mine.as(null, borrowed)(reads), noRead)
      })
    )

    it.effect("allows nothing to an execution whose extension is not the install's", () =>
      Effect.gen(function* () {
        const { as, client, service, invocation } = yield* scenario()
        const other = yield* scenario()
        const { extensionId } = other.invocation()
        assert.notStrictEqual(extensionId, invocation().extensionId)
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        assert.deepEqual(yield* as(null, { extensionId })(reads), noRead)
      })
    )

    it.effect("keeps another tenant's records out of sight, with and without a user", () =>
      Effect.gen(function* () {
        const mine = yield* scenario()
        const other = yield* scenario()
        const staff = yield* mine.staff()
        for (const user of [null, staff]) {
          const run = mine.as(user)
          assert.isNull(yield* run(getClient(other.client.client_id)))
          assert.isNull(yield* run(getService(other.service.service_id)))
          assert.strictEqual((yield* run(listClients({ search: "e" }))).totalCount, 1)
          assert.strictEqual((yield* run(listServices({ search: other.service.service_id }))).totalCount, 0)
        }
      })
    )

    it.effect("allows a user with the permission, and not one without", () =>
      Effect.gen(function* () {
        const { as, client, service, staff, tenant } = yield* scenario()
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        const both = yield* staff()
        const clientsOnly = yield* staff({}, (user) => tenant.grant(user, "client", "read"))
        const none = yield* staff({}, () => dataset())
        assert.deepEqual(yield* as(both)(reads), everyRead)
        assert.deepEqual(yield* as(clientsOnly)(reads), ["allowed", "allowed", "not-allowed", "not-allowed"])
        assert.deepEqual(yield* as(none)(reads), noRead)
      })
    )

    it.effect("allows no user where a schedule or a webhook started it, and nothing else without one", () =>
      Effect.gen(function* () {
        const { as, client, service, staff } = yield* scenario()
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        for (const trigger of ["schedule", "webhook"]) assert.deepEqual(yield* as(null, { trigger })(reads), everyRead)
        const user = yield* staff()
        const stranger = yield* staff({}, () => dataset())
        for (const trigger of [null, "", "ui", "Webhook"]) {
          assert.deepEqual(yield* as(null, { trigger })(reads), noRead)
          assert.deepEqual(yield* as(user, { trigger })(reads), everyRead)
        }
        assert.deepEqual(yield* as(stranger, { trigger: "schedule" })(reads), noRead)
      })
    )

    it.effect("decides for one execution: a permission that changes counts from the next", () =>
      Effect.gen(function* () {
        const { as, client, service, staff, tenant } = yield* scenario()
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        const user = yield* staff({}, () => dataset())
        const run = as(user)
        assert.deepEqual(yield* run(reads), noRead)
        yield* load(tenant.grantBoth(user))
        assert.deepEqual(yield* run(reads), everyRead)
      })
    )

    it.effect("allows an active user, and not one who is inactive, unknown or of another tenant", () =>
      Effect.gen(function* () {
        const { as, client, service, staff } = yield* scenario()
        const other = yield* scenario()
        const reads = Effect.all(fourReads(client.client_id, service.service_id))
        assert.deepEqual(yield* as(yield* staff({ is_inactive: null }))(reads), everyRead)
        assert.deepEqual(yield* as(yield* staff({ is_inactive: true }))(reads), noRead)
        assert.deepEqual(yield* as(UserId.make(freshId()))(reads), noRead)
        assert.deepEqual(yield* as(yield* other.staff())(reads), noRead)
      })
    )

    it.effect("takes the user's type and client from the records, not from what the caller says", () =>
      Effect.gen(function* () {
        const { as, client, portalUser, invocation, tenant } = yield* scenario()
        const harbor = tenant.client("Harbor")
        yield* load({ clients: [harbor] })
        const portal = yield* portalUser(client.client_id)
        const { user } = invocation(portal)
        assert.isNotNull(user)
        const claims = {
          user: { ...(user as NonNullable<typeof user>), userType: "internal", clientId: harbor.client_id }
        }
        const page = yield* as(portal, claims)(listClients())
        assert.deepEqual(page.items.map((item) => item.clientName) as Array<string>, ["Evergreen"])
        assert.isNull(yield* as(portal, claims)(getClient(harbor.client_id)))
      })
    )

    it.effect("shows a portal user their own client and no other", () =>
      Effect.gen(function* () {
        const { as, client, portalUser, tenant } = yield* scenario()
        const harbor = tenant.client("Harbor")
        yield* load({ clients: [harbor] })
        const run = as(yield* portalUser(client.client_id))
        const page = yield* run(listClients({ includeInactive: true }))
        assert.deepEqual(page.items.map((item) => item.clientName) as Array<string>, ["Evergreen"])
        assert.strictEqual(page.totalCount, 1)
        assert.strictEqual((yield* run(listClients({ search: "harbor" }))).totalCount, 0)
        assert.strictEqual((yield* run(getClient(client.client_id)))?.clientName, "Evergreen")
        assert.isNull(yield* run(getClient(harbor.client_id)))
        assert.isNull(yield* run(getClient(freshId())))
      })
    )

    it.effect("shows a portal user without a client, or with another tenant's, nothing", () =>
      Effect.gen(function* () {
        const { as, client, portalUser } = yield* scenario()
        const other = yield* scenario()
        for (const ofClient of [null, other.client.client_id]) {
          const run = as(yield* portalUser(ofClient))
          assert.deepEqual(yield* run(listClients({ page: 2, pageSize: 10 })), {
            items: [],
            totalCount: 0,
            page: 2,
            pageSize: 10
          })
          assert.isNull(yield* run(getClient(client.client_id)))
          assert.isNull(yield* run(getClient(other.client.client_id)))
        }
      })
    )

    it.effect("allows a portal user no catalog without a portal permission for it", () =>
      Effect.gen(function* () {
        const { as, client, service, portalUser, tenant } = yield* scenario()
        const portal = yield* portalUser(client.client_id)
        yield* load(tenant.grant(portal, "service", "read", "internal"))
        const run = as(portal)
        assert.strictEqual(yield* run(code(listServices())), "not-allowed")
        assert.strictEqual(yield* run(code(getService(service.service_id))), "not-allowed")
      })
    )

    it.effect("allows a portal user the catalog with a portal permission for it", () =>
      Effect.gen(function* () {
        const { as, client, portalUser, tenant } = yield* scenario()
        const portal = yield* portalUser(client.client_id)
        yield* load(tenant.grant(portal, "service", "read", "client"))
        assert.strictEqual((yield* as(portal)(listServices())).totalCount, 1)
      })
    )

    it.effect.each([
      { input: { page: 1 }, outcome: "allowed" },
      { input: { page: 10_000 }, outcome: "allowed" },
      { input: { page: 0 }, outcome: "invalid-input" },
      { input: { page: 10_001 }, outcome: "invalid-input" },
      { input: { pageSize: 1 }, outcome: "allowed" },
      { input: { pageSize: 100 }, outcome: "allowed" },
      { input: { pageSize: 0 }, outcome: "invalid-input" },
      { input: { pageSize: 101 }, outcome: "invalid-input" },
      { input: { search: "x".repeat(200) }, outcome: "allowed" },
      { input: { search: "😀".repeat(200) }, outcome: "allowed" },
      { input: { search: ` ${"x".repeat(200)} ` }, outcome: "allowed" },
      { input: { search: "x".repeat(201) }, outcome: "invalid-input" },
      { input: { search: "%_\\'\"" }, outcome: "allowed" },
      { input: { search: "a\0b" }, outcome: "invalid-input" },
      { input: { search: null, page: null, pageSize: null }, outcome: "allowed" }
    ])("lists with input $input are $outcome", ({ input, outcome }) =>
      Effect.gen(function* () {
        const { as } = yield* scenario()
        assert.deepEqual(yield* as()(Effect.all([code(listClients(input)), code(listServices(input))])), [
          outcome,
          outcome
        ])
      })
    )

    it.effect.each(["", "not-a-uuid", "0", "%", "' OR 1=1 --", "{3fa85f64-5717-4562-b3fc-2c963f66afa6}", "a\0b"])(
      "takes the id [%s] as invalid input",
      (id) =>
        Effect.gen(function* () {
          const { as } = yield* scenario()
          const outcomes = yield* as()(Effect.all([code(getClient(id)), code(getService(id))]))
          assert.deepEqual(outcomes, ["invalid-input", "invalid-input"])
        })
    )

    it.effect("says not-allowed before it looks at the input", () =>
      Effect.gen(function* () {
        const withoutGrant = yield* scenario({ granted_caps: [] })
        const granted = yield* scenario()
        const stranger = yield* granted.staff({}, () => dataset())
        const bad = [
          code(listClients({ page: 0 })),
          code(getClient("bad")),
          code(listServices({ pageSize: 0 })),
          code(getService("bad"))
        ]
        assert.deepEqual(yield* withoutGrant.as()(Effect.all(bad)), noRead)
        assert.deepEqual(yield* granted.as(stranger)(Effect.all(bad)), noRead)
      })
    )

    it.effect("decides anew for every execution", () =>
      Effect.gen(function* () {
        const { as, staff, tenant } = yield* scenario()
        const user = yield* staff({}, () => dataset())
        assert.strictEqual(yield* as(user)(code(listClients())), "not-allowed")
        yield* load(tenant.grant(user, "client", "read"))
        assert.strictEqual(yield* as(user)(code(listClients())), "allowed")
      })
    )
  })
