import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import type {} from "@alga-psa/ext-development-host/testing/browserSetup"
import { callByPage } from "@alga-psa/ext-development-host/testing/CallsPage"
import {
  connectBrowser,
  keptPages,
  looks,
  type TestPage,
  violations
} from "@alga-psa/ext-development-host/testing/TestPage"
import { Effect, Exit, Scope } from "effect"
import type { Browser } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest"
import { type DevServer, serveDev } from "../src/dev/DevServer.ts"
import type { DevFixture } from "./support/DevFixture.ts"
import { ready, reloaded } from "./support/DevPage.ts"
import { worldFixture } from "./support/WorldFixture.ts"

const scope = Scope.makeUnsafe()
let extension: DevFixture
let server: DevServer
let browser: Browser
let open: TestPage
const pages = keptPages(() => browser)
let outside: Server
let origin: string
const asked: Array<IncomingMessage> = []

beforeAll(async () => {
  extension = await worldFixture()
  outside = createServer((request, response) => {
    asked.push(request)
    response.writeHead(request.url === "/moved" ? 302 : 200, { location: "/" }).end("from outside")
  })
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve))
  origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
  await extension.write("alga.dev.json", JSON.stringify({ fetch: [origin] }))
  await extension.write("dev/routes/api/reports.json", '{"rows":[1]}')
  await extension.write("dev/routes/api/reports.post.json", '"posted"')
  browser = await connectBrowser(inject("browser"))
  const handler = await extension.read("src/handler.ts")
  await extension.write("src/handler.ts", "export const handle = (")
  server = await Effect.runPromise(Scope.provide(serveDev({ folder: extension.folder, port: 0 }), scope))
  const { page } = await pages.open(server.url)
  await page.getByText("The build failed; nothing runs yet.").waitFor()
  expect(await page.getByText("No page yet").isVisible()).toBe(false)
  await reloaded(page, () => extension.write("src/handler.ts", handler))
  expect(await page.locator(".check .mark").allTextContents()).toEqual(["no .env.local yet: every secret is missing"])
  expect(await pages.release()).toEqual([])
})
afterAll(async () => {
  outside?.close()
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await extension?.remove()
})
beforeEach(async () => {
  open = await pages.open(server.url)
  await ready(open.page)
})
afterEach(async () => expect(await pages.release()).toEqual([]))

/** Has the extension's page make calls of the host, and gives what came of each. */
const call = (...calls: ReadonlyArray<ReadonlyArray<unknown>>): Promise<ReadonlyArray<unknown>> =>
  callByPage(open.page.frameLocator("#page"), calls)

/** What the panel says of the last execution. */
const shown = (text: string | RegExp) => open.page.locator(".execution").first().getByText(text).first().waitFor()

const acme = seed({ contentHash: "0".repeat(64) })
const service = acme.service_catalog.find(({ tenant }) => tenant === ids.tenants.acme)?.service_id
const invoice = (clientId: string) => ({
  clientId,
  items: [{ serviceId: service, quantity: 2, description: "Work", rate: 5_000 }]
})

describe("alga-ext dev, for what stands behind the host beside the reads", () => {
  it("says how a call fails of what is not there", async () => {
    const url = "https://service.example/a"
    expect(await call(["secrets.get", "none"], ["fetch", url], ["uiProxy.callRoute", "/api/none"])).toEqual([
      { failed: "missing" },
      { failed: "not-allowed" },
      { failed: "route-not-found" }
    ])
    await shown(".env.local has no none")
    await shown('alga.dev.json does not allow https://service.example: write it into "fetch"')
    await shown("dev/routes/api/none.json is not there")
  })

  it("gives secrets of .env.local as soon as it is written, and shows them nowhere", async () => {
    await reloaded(open.page, () => extension.write(".env.local", "api_key=s3cret-value\nOTHER='two words'\n"))
    expect(await open.page.locator(".check .mark").count()).toBe(0)
    expect(
      await call(["secrets.get", "api_key"], ["secrets.list"], ["fetch", "http://127.0.0.1:1/s3cret-value"])
    ).toEqual(["s3cret-value", ["OTHER", "api_key"], { failed: "not-allowed" }])
    await shown("secrets.get")
    expect(await open.page.locator("#panel").textContent()).not.toContain("s3cret-value")
  })

  it("fetches from listed addresses alone, loopback too, and follows no redirect", async () => {
    const headers = { authorization: "Bearer s3cret-value", host: "elsewhere.example" }
    expect(
      await call(
        ["fetch", `${origin}/a`, { headers }],
        ["fetch", `${origin}/moved`],
        ["fetch", origin.replace("127.0.0.1", "localhost")],
        ["fetch", "http://127.0.0.1:1/"]
      )
    ).toEqual([[200, "from outside"], [302, "from outside"], { failed: "not-allowed" }, { failed: "not-allowed" }])
    expect(asked.map(({ url }) => url)).toEqual(["/a", "/moved"])
    expect(asked[0]?.headers).toMatchObject({ authorization: "Bearer s3cret-value", host: new URL(origin).host })

    const list = (fetch: ReadonlyArray<string>) =>
      reloaded(open.page, () => extension.write("alga.dev.json", JSON.stringify({ fetch })))
    await list([])
    expect(await call(["fetch", `${origin}/b`])).toEqual([{ failed: "not-allowed" }])
    await list([origin])
    expect(await call(["fetch", `${origin}/c`])).toEqual([[200, "from outside"]])
    expect(asked.map(({ url }) => url)).toEqual(["/a", "/moved", "/c"])
  })

  it("answers routes by files, with and without payload, and leads nowhere else", async () => {
    expect(
      await call(
        ["uiProxy.callRoute", "/api/reports?year=2026"],
        ["uiProxy.callRoute", "/api/reports", "{}"],
        ["uiProxy.callRoute", "/api/../../manifest"],
        ["uiProxy.callRoute", "/api/%2e%2e/manifest"],
        ["uiProxy.callRoute", "/.env"]
      )
    ).toEqual([
      '{"rows":[1]}',
      '"posted"',
      { failed: "bad-request" },
      { failed: "bad-request" },
      { failed: "route-not-found" }
    ])
  })

  it("stores over rebuilds; the panel shows it, changes it and deletes it", async () => {
    const [first, , conflict] = await call(
      ["storage.putJson", "notes", "a", { text: "hello" }],
      ["storage.putJson", "notes", "b", 1],
      ["storage.putJson", "notes", "a", 2, { ifRevision: 9 }]
    )
    expect([first, conflict]).toEqual([1, { failed: "conflict" }])
    const again = (await extension.read("ui/index.html")).replace("<h1>", "<h1>Built again: ")
    await reloaded(open.page, () => extension.write("ui/index.html", again))
    const storage = open.page.getByRole("region", { name: "Storage" })
    await storage.getByText("notes / a").click()
    await storage.getByLabel("notes / a").fill('{"text":"changed"}')
    await storage.getByRole("button", { name: "Save" }).click()
    await storage.getByText("revision 2").waitFor()
    await storage.getByText("notes / b").click()
    await storage.locator("details", { hasText: "notes / b" }).getByRole("button", { name: "Delete" }).click()
    await storage.getByText("notes / b").waitFor({ state: "detached" })
    expect(
      await call(["storage.getJson", "notes", "a"], ["storage.all", "notes"], ["storage.delete", "notes", "b"])
    ).toEqual([
      { key: "a", value: { text: "changed" }, revision: 2 },
      [["a", '{"text":"changed"}']],
      { failed: "missing" }
    ])
  })

  it("keeps schedules, refuses wrong ones with the reason, and runs one at once for nobody", async () => {
    const [made, often, endpoints] = await call(
      ["scheduler.create", { endpoint: "/api/nightly", cron: "0 2 * * *", name: "Nightly" }],
      ["scheduler.create", { endpoint: "/api/nightly", cron: "* * * * *" }],
      ["scheduler.getEndpoints"]
    )
    expect(often).toMatchObject({ success: false, fieldErrors: { cron: expect.any(String) } })
    expect((endpoints as ReadonlyArray<{ path: string }>).map(({ path }) => path)).toEqual([
      "/api/calls",
      "/api/nightly"
    ])
    await shown("refused")
    await shown(/must start at most every 5 minutes/)
    const { scheduleId } = made as { scheduleId: string }
    await open.page.getByRole("button", { name: "Run now" }).click()
    await open.page
      .getByRole("region", { name: "Schedules" })
      .getByText(/^success/)
      .waitFor()
    const run = open.page.locator(".execution", { hasText: "GET /api/nightly" })
    await run.getByText("Nobody: a schedule").waitFor()
    const [ran, counted] = await call(["scheduler.get", scheduleId], ["storage.getJson", "runs", "count"])
    expect([ran, counted]).toMatchObject([{ name: "Nightly", lastRunStatus: "success" }, { value: 1 }])
    expect(
      await call(
        ["scheduler.update", scheduleId, { enabled: false }],
        ["scheduler.delete", scheduleId],
        ["scheduler.list"]
      )
    ).toEqual([{ success: true }, { success: true }, []])
  })

  it("makes drafts of invoices for the seed's clients, lists them, and refuses others", async () => {
    const [made, refused] = await call(
      ["invoicing.createManualInvoice", invoice(ids.clients.evergreen)],
      ["invoicing.createManualInvoice", invoice(ids.clients.borealisFirst)]
    )
    expect([made, refused]).toMatchObject([
      { success: true, total: 10_000, status: "draft" },
      { success: false, fieldErrors: { clientId: expect.any(String) } }
    ])
    const drafts = open.page.getByRole("region", { name: "Invoices" })
    await drafts.getByText("DRAFT-1").waitFor()
    expect(await drafts.getByRole("row").last().getByRole("cell").allTextContents()).toEqual([
      "DRAFT-1",
      ids.clients.evergreen,
      "1",
      "100.00"
    ])
  })

  it("says that a capability was taken away, where one was", async () => {
    await reloaded(open.page, () => open.page.getByLabel("cap:storage.kv").uncheck())
    expect(await call(["storage.getJson", "notes", "a"])).toEqual([{ failed: "denied" }])
    await shown("cap:storage.kv is not granted: tick it above")
    await reloaded(open.page, () => open.page.getByLabel("cap:storage.kv").check())
  })

  it("names who looks: a portal user with their client", async () => {
    const [staff] = await call(["user.getUser"])
    expect(staff).toMatchObject({
      userName: "Ada Moreau",
      userEmail: "ada@acme-it.example",
      userType: "internal",
      clientId: null
    })
    await reloaded(open.page, () => open.page.getByLabel("Who looks").selectOption("portal"))
    const [portal] = await call(["user.getUser"])
    expect(portal).toMatchObject({
      ...{ userName: "Petra Lindqvist", userType: "client", clientName: "Evergreen Dental Group" },
      clientId: ids.clients.evergreen
    })
    await reloaded(open.page, () => open.page.getByLabel("Who looks").selectOption("admin"))
  })

  it.each(Object.entries(looks))("has nothing that axe finds wrong on a %s screen, and fits it", async (_, look) => {
    await call(
      ["storage.putJson", "notes", "a", { text: "hello" }],
      ["scheduler.create", { endpoint: "/api/nightly", cron: "0 2 * * *", name: "Nightly" }],
      ["fetch", "https://service.example/a"]
    )
    const { page } = await pages.open(server.url, look)
    await page.getByRole("region", { name: "Schedules" }).waitFor()
    await page.getByText("notes / a").click()
    await page.getByText("Send a request").click()
    await page.getByText("Limits used").first().click()
    expect(await violations(page.mainFrame())).toEqual([])
    expect(await page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
  })
})
