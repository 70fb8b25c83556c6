import type { Page } from "playwright-core"
import { describe, expect, it } from "vitest"
import { demoCases, executeBody } from "../src/DemoCase.ts"
import { sampleBrowser } from "../testing/SampleBrowser.ts"
import { looks, violations } from "../testing/TestPage.ts"

const sample = sampleBrowser()

/** What `POST /v1/execute` gives the same viewer. */
const direct = async (viewer: string, path: string, query: Readonly<Record<string, string>>) => {
  const demoCase = demoCases.find(({ name }) => name === viewer)
  if (demoCase === undefined) throw new Error(`no case ${viewer}`)
  const { contentHash, runner, token } = sample.hosted()
  const response = await fetch(`${runner}/v1/execute`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-runner-service-token": token,
      "x-alga-tenant": demoCase.tenant,
      "x-alga-extension": demoCase.extension
    },
    body: JSON.stringify(executeBody({ ...demoCase, path, query }, contentHash))
  })
  const { body_b64, status } = (await response.json()) as { body_b64: string; status: number }
  return { status, body: Buffer.from(body_b64, "base64").toString() }
}

const firstPage = { page: "1", pageSize: "10" }

describe("the sample's page beside direct execution", () => {
  it.each(["admin-user", "portal-user", "user-without-permission", "no-user", "no-grant"])(
    "gives %s the same answer, and shows it",
    async (viewer) => {
      const { page } = await sample.open(viewer)
      const frame = page.frameLocator("#page")
      const names = frame.getByRole("table", { name: "Clients" }).getByRole("rowheader").getByRole("button")
      const shown = () => names.first().or(frame.getByText("You cannot see clients here")).waitFor()
      // The answer of before has come: the next one is that of the page that is loaded now.
      await shown()
      const got = page.waitForResponse((response) => response.url().includes("/api/clients?"))
      await page.reload()
      const response = await got
      const answer = { status: response.status(), body: await response.text() }
      expect(answer).toEqual(await direct(viewer, "/api/clients", firstPage))
      await shown()
      const { items = [] } = JSON.parse(answer.body) as { items?: ReadonlyArray<{ clientName: string }> }
      expect(await names.allTextContents()).toEqual(items.map(({ clientName }) => clientName))
    }
  )
})

/** How long typing has to rest, in milliseconds, before the page searches. */
const typingRests = 250

/** Stops the page's clock: between two keys may then lie any time of this machine. */
const typingAt = async (page: Page) => {
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 60_000)
}

describe("the sample's page", () => {
  it("searches when typing rests, filters and turns pages", async () => {
    const { asked, frame, page } = await sample.open("admin-user", looks.light, true)
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    await frame.getByRole("button", { name: "Next" }).click()
    await frame.getByText("11 to 11 of 11 clients").waitFor()
    await typingAt(page)
    await frame.getByLabel("Search clients").pressSequentially("EVER")
    await page.clock.runFor(typingRests)
    await frame.getByText("1 client for “EVER”").waitFor()
    await frame.getByRole("button", { name: "Clear search" }).click()
    await frame.getByLabel("Show inactive").check()
    await frame.getByText("1 to 10 of 12 clients").waitFor()
    await frame.getByRole("tab", { name: "Services" }).click()
    await frame.getByLabel("Kind").selectOption("product")
    await frame.getByText("3 services").waitFor()
    expect(asked).toEqual([
      "GET /api/clients?page=1&pageSize=10",
      "GET /api/clients?page=2&pageSize=10",
      "GET /api/clients?page=1&pageSize=10&search=EVER",
      "GET /api/clients?page=1&pageSize=10",
      "GET /api/clients?page=1&pageSize=10&includeInactive=true",
      "GET /api/services?page=1&pageSize=10",
      "GET /api/services?page=1&pageSize=10&itemKind=product"
    ])
  })

  it("does not search for what was cleared before typing rested", async () => {
    const { asked, frame, page } = await sample.open("admin-user", looks.light, true)
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    await typingAt(page)
    await frame.getByLabel("Search clients").fill("EVER")
    await frame.getByRole("button", { name: "Clear search" }).click()
    await page.clock.runFor(2 * typingRests)
    await frame.getByRole("tab", { name: "Services" }).click()
    await frame.getByText("1 to 10 of 11 services").waitFor()
    const first = "GET /api/clients?page=1&pageSize=10"
    expect(asked).toEqual([first, first, "GET /api/services?page=1&pageSize=10"])
  })

  it("shows one record with all that is known of it", async () => {
    const { frame } = await sample.open("admin-user")
    await frame.getByRole("button", { name: "Evergreen Dental Group" }).click()
    await frame.getByRole("heading", { name: "Evergreen Dental Group" }).waitFor()
    expect(await frame.getByRole("definition").allTextContents()).toEqual([
      "Company",
      "Active",
      "Maya Okafor",
      "accounts@evergreen.example",
      "USD"
    ])
  })

  it("can be used with the keyboard alone, and says where the focus is", async () => {
    const { frame, page } = await sample.open("admin-user")
    const focused = (text: string) => frame.locator(":focus", { hasText: text }).waitFor()
    await frame.getByText("of 11 clients").waitFor()
    await frame.getByRole("tab", { name: "Clients" }).focus()
    await page.keyboard.press("ArrowRight")
    await focused("Services")
    await frame.getByText("of 11 services").waitFor()
    await page.keyboard.press("Tab")
    await frame.locator(':focus[placeholder="Name, description or SKU"]').waitFor()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await focused("Access Point")
    await page.keyboard.press("Enter")
    await frame.locator("h2:focus", { hasText: "Access Point" }).waitFor()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await frame.locator("button:focus", { hasText: "Access Point" }).waitFor()
  })

  it("keeps the focus on a pager's button that has come to its end", async () => {
    const { frame, page } = await sample.open("admin-user")
    await frame.getByRole("button", { name: "Next" }).focus()
    await page.keyboard.press("Enter")
    await frame.getByText("Page 2 of 2").waitFor()
    await frame.locator('button:focus[aria-disabled="true"]', { hasText: "Next" }).waitFor()
    await page.keyboard.press("Enter")
    await frame.getByText("Page 2 of 2").waitFor()
  })
})

describe("the three errors, as a person reads them", () => {
  it("says that clients cannot be seen, and asks again when told to", async () => {
    const { asked, frame, page } = await sample.open("user-without-permission")
    await frame.getByRole("alert").getByText("You cannot see clients here").waitFor()
    const again = page.waitForResponse((response) => response.url().includes("/api/clients?"))
    await frame.getByRole("button", { name: "Try again" }).click()
    expect((await again).status()).toBe(403)
    expect(asked.length).toBe(2)
    expect(await frame.getByRole("table").count()).toBe(0)
  })

  it("says what is wrong with a search, and offers to clear it", async () => {
    const { frame } = await sample.open("admin-user")
    await frame.getByLabel("Search clients").fill("x".repeat(201))
    await frame.getByRole("alert").getByText("This search does not work").waitFor()
    await frame.getByRole("button", { name: "Clear the search" }).click()
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    expect(await frame.getByLabel("Search clients").inputValue()).toBe("")
  })

  it("takes the blame for a fault of the host, and works again after it", async () => {
    const { frame } = await sample.open("admin-user")
    sample.hosted().breakServices(true)
    await frame.getByRole("tab", { name: "Services" }).click()
    await frame.getByRole("alert").getByText("Something went wrong on our side").waitFor()
    sample.hosted().breakServices(false)
    await frame.getByRole("button", { name: "Try again" }).click()
    await frame.getByText("1 to 10 of 11 services").waitFor()
  })
})

describe.each(Object.entries(looks))("axe, on a %s screen", (_name, look) => {
  it("finds nothing wrong with the lists, a record, an error and the host page, which leave no room for sideways scrolling", async () => {
    const { frame, page } = await sample.open("admin-user", look)
    await frame.getByText("of 11 clients").waitFor()
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    expect([await page.evaluate(overflow), await frame.evaluate(overflow)]).toEqual([0, 0])
    expect(await violations(page.mainFrame())).toEqual([])
    expect(await violations(frame)).toEqual([])
    await frame.getByRole("button", { name: "Evergreen Dental Group" }).click()
    await frame.getByRole("heading", { name: "Evergreen Dental Group" }).waitFor()
    expect(await violations(frame)).toEqual([])
    await frame.getByRole("tab", { name: "Services" }).click()
    await frame.getByText("of 11 services").waitFor()
    expect(await violations(frame)).toEqual([])
    await frame.getByLabel("Search services").fill("x".repeat(201))
    await frame.getByText("This search does not work").waitFor()
    expect(await violations(frame)).toEqual([])
  })

  it("finds nothing wrong with what a person sees who may not see clients", async () => {
    const { frame } = await sample.open("user-without-permission", look)
    await frame.getByText("You cannot see clients here").waitFor()
    expect(await violations(frame)).toEqual([])
  })
})
