import { ids } from "@alga-psa/ext-adapters-memory"
import type { UserId } from "@alga-psa/ext-domain"
import type { HostBindings } from "@alga-psa/ext-extension-sdk"
import { expect } from "vitest"

/** A call of the host, as the fixture `every-port` takes it. */
export type Call = readonly [name: string, ...args: ReadonlyArray<unknown>]

/** Has calls made, and gives what came of each. */
export type Ask = (calls: ReadonlyArray<Call>) => Promise<ReadonlyArray<unknown>>

/** One of the product's own samples that has a component: what it needs of its host, and what that answers it. */
export interface ProductRow {
  readonly sample: string
  /** Interfaces, by their names in the SDK. */
  readonly uses: ReadonlyArray<keyof HostBindings>
  readonly capabilities: ReadonlyArray<string>
  /** Who looks. Default: the administrator. */
  readonly user?: UserId
  /** Makes calls that succeed and calls that are refused by who stands behind them, and says what each has to give. */
  readonly check: (ask: Ask, outside: string) => Promise<void>
}

const refused = (code: string) => ({ refused: code })
const inputRefused = refused("invalid-input")
const notDone = { success: false, error: "Validation failed" }

const reads = { uses: ["clients", "services"], capabilities: ["cap:client.read", "cap:service.read"] } as const
const item = { serviceId: ids.services.support, quantity: 2, description: "Work", rate: 5_000 }
const invoice = { clientId: ids.clients.evergreen, items: [item] }
const nightly = { endpoint: "/nightly", cron: "0 2 * * *", payload: { a: 1 } }

/** What every install has in the product. */
export const fixtures = {
  secrets: { api_key: "the-key-of-the-install" },
  endpoints: [{ id: "e1", method: "GET", path: "/nightly", handler: "dist/main", schedulable: true }],
  routes: [
    { method: "GET", route: "/reports?year=2026", answer: Buffer.from('{"rows":[1]}') },
    { method: "POST", route: "/api/v1/reports", answer: Buffer.from('"posted"') },
    { method: "GET", route: "/closed", answer: "denied" }
  ]
} as const

/** The product's samples that have a component and work, one by one. */
export const productRows: ReadonlyArray<ProductRow> = [
  {
    sample: "client-service-read-demo",
    ...reads,
    check: async (ask) => {
      const [clients, client, services, service, ...wrong] = await ask([
        ["clients.list", { search: "evergreen" }],
        ["clients.get", ids.clients.evergreen],
        ["services.list", { pageSize: 100 }],
        ["services.get", ids.services.support],
        ["clients.list", { pageSize: 101 }],
        ["clients.get", "no id"],
        ["services.list", { page: 0 }],
        ["services.get", "no id"]
      ])
      expect([clients, client]).toEqual([["Evergreen Dental Group"], "Evergreen Dental Group"])
      expect(services).toContain(service)
      expect(wrong).toEqual([inputRefused, inputRefused, inputRefused, inputRefused])
    }
  },
  {
    sample: "client-portal-test",
    ...reads,
    user: ids.users.portal,
    check: async (ask) => {
      const [clients, client, others, ...services] = await ask([
        ["clients.list", {}],
        ["clients.get", ids.clients.evergreen],
        ["clients.get", ids.clients.harbor],
        ["services.list", {}],
        ["services.get", ids.services.support]
      ])
      expect([clients, client, others]).toEqual([["Evergreen Dental Group"], "Evergreen Dental Group", null])
      expect(services).toEqual([refused("not-allowed"), refused("not-allowed")])
    }
  },
  {
    sample: "scheduler-demo",
    uses: ["scheduler"],
    capabilities: ["cap:scheduler.manage"],
    check: async (ask) => {
      const [made, often, listed, endpoints] = await ask([
        ["scheduler.create", nightly],
        ["scheduler.create", { ...nightly, cron: "* * * * *" }],
        ["scheduler.list"],
        ["scheduler.getEndpoints"]
      ])
      const { scheduleId = "" } = made as { scheduleId?: string }
      expect(often).toMatchObject({ ...notDone, fieldErrors: { cron: expect.any(String) } })
      expect([listed, endpoints]).toEqual([[["/nightly", "0 2 * * *", { a: 1 }]], fixtures.endpoints])
      expect(
        await ask([
          ["scheduler.update", scheduleId, { cron: "0 3 * * *" }],
          ["scheduler.update", scheduleId, { timezone: "Mars/Olympus" }],
          ["scheduler.get", scheduleId],
          ["scheduler.delete", scheduleId],
          ["scheduler.delete", scheduleId],
          ["scheduler.get", scheduleId]
        ])
      ).toMatchObject([
        ...[{ success: true }, { ...notDone, fieldErrors: { timezone: expect.any(String) } }, "0 3 * * *"],
        ...[{ success: true }, { success: false, error: "Schedule not found" }, null]
      ])
    }
  },
  {
    sample: "invoicing-demo",
    uses: ["invoicing"],
    capabilities: ["cap:invoice.manual.create"],
    check: async (ask) => {
      const foreign = { ...invoice, clientId: ids.clients.borealisFirst }
      const asked = [invoice, foreign, { ...invoice, items: [] }]
      expect(await ask(asked.map((one) => ["invoicing.createManualInvoice", one]))).toMatchObject([
        { success: true, status: "draft", total: 10_000 },
        { success: false, fieldErrors: { clientId: expect.any(String) } },
        notDone
      ])
    }
  },
  {
    sample: "service-proxy-demo",
    uses: ["secrets", "http"],
    capabilities: ["cap:secrets.get", "cap:http.fetch"],
    check: async (ask, outside) => {
      const bearer = [{ name: "authorization", value: "Bearer the-key-of-the-install" }]
      expect(
        await ask([
          ["secrets.get", "api_key"],
          ["secrets.list"],
          ["secrets.get", "other"],
          ["http.fetch", outside, bearer],
          ["http.fetch", outside],
          ["http.fetch", "https://elsewhere.example/"],
          ["http.fetch", "no address"]
        ])
      ).toEqual([
        ...["the-key-of-the-install", ["api_key"], refused("missing")],
        ...[[200, "from outside"], [401, "from outside"], refused("not-allowed"), refused("invalid-url")]
      ])
    }
  },
  {
    sample: "nineminds-reporting",
    uses: ["uiProxy"],
    capabilities: ["cap:ui.proxy"],
    check: async (ask) => {
      expect(
        await ask([
          ["uiProxy.callRoute", "/reports?year=2026"],
          ["uiProxy.callRoute", "/api/v1/reports", "{}"],
          ["uiProxy.callRoute", "/closed"],
          ["uiProxy.callRoute", "/nowhere"],
          ["uiProxy.callRoute", "/../other"]
        ])
      ).toEqual(['{"rows":[1]}', '"posted"', refused("denied"), refused("route-not-found"), refused("bad-request")])
    }
  }
]

/** What each call is told where its capability was not granted. */
export const ungranted: ReadonlyArray<readonly [Call, unknown]> = [
  ...(
    [
      ["clients.list", {}],
      ["clients.get", ids.clients.evergreen],
      ["services.list", {}],
      ["services.get", ids.services.support],
      ["http.fetch", "https://elsewhere.example/"]
    ] as const
  ).map((call) => [call, refused("not-allowed")] as const),
  ...(
    [
      ["secrets.get", "api_key"],
      ["uiProxy.callRoute", "/reports?year=2026"],
      ["scheduler.list"],
      ["scheduler.get", "s"],
      ["scheduler.getEndpoints"]
    ] as const
  ).map((call) => [call, refused("denied")] as const),
  [["secrets.list"], []],
  ...(
    [
      ["scheduler.create", nightly],
      ["scheduler.update", "s", {}],
      ["scheduler.delete", "s"],
      ["invoicing.createManualInvoice", invoice]
    ] as const
  ).map((call) => [call, { success: false, error: "denied" }] as const)
]
