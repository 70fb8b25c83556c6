import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type {} from "@alga-psa/ext-development-host/testing/browserSetup"
import {
  connectBrowser,
  keptPages,
  type Look,
  looks,
  violations,
  withoutStatuses
} from "@alga-psa/ext-development-host/testing/TestPage"
import { newExtension } from "create-alga-extension"
import { Effect, Exit, Scope } from "effect"
import type { Browser, Frame } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest"
import { serveDev } from "../src/dev/DevServer.ts"
import { ready } from "./support/DevPage.ts"

// Where the packages are found that a new extension installs.
const cache = fileURLToPath(new URL("../../create-alga-extension/.cache", import.meta.url))

const scope = Scope.makeUnsafe()
let parent: string
let browser: Browser
let url: string
const pages = keptPages(() => browser)

const opened = async (look: Look) => {
  const open = await pages.open(url, look)
  await ready(open.page)
  const frame = (await (await open.page.waitForSelector("#page")).contentFrame()) as Frame
  return { ...open, frame }
}

beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  parent = await mkdtemp(join(cache, "page-"))
  const { folder } = await newExtension({ name: "first-page", page: true, reads: ["clients", "services"], parent })
  browser = await connectBrowser(inject("browser"))
  // Its types are another test's: the SDK's sources, which stand here for its declarations, need a newer library.
  const started = serveDev({ folder, port: 0, types: false })
  url = (await Effect.runPromise(Scope.provide(started, scope))).url
})
afterEach(async () => expect(await pages.release()).toEqual([]))
afterAll(async () => {
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(parent, { recursive: true, force: true })
})

const states = (frame: Frame) => frame.getByRole("status").allTextContents()

describe("the page of a new extension", () => {
  it("shows what its handler reads, finds what a person searches for, and says where it may not", async () => {
    const { frame, page, takeErrors } = await opened(looks.light)
    await frame.getByText("11 of 11").nth(1).waitFor()
    await frame.getByText("Evergreen Dental Group").waitFor()
    await frame.getByLabel("Search").fill("evergreen dental")
    await frame.getByRole("button", { name: "Search" }).click()
    await frame.getByText("Nothing was found.").waitFor()
    await frame.getByText("1 of 1", { exact: true }).waitFor()
    expect(await states(frame)).toEqual(["1 of 1", "Nothing was found."])
    await page.getByLabel("Who looks").selectOption("without-permission")
    const refused = page.frameLocator("#page").getByText("You, or this extension, may not see this.")
    await refused.nth(1).waitFor()
    await page.getByLabel("Who looks").selectOption("admin")
    await page.frameLocator("#page").getByText("11 of 11").first().waitFor()
    expect(withoutStatuses(takeErrors())).toEqual([])
  })

  it("keeps what was searched for last where an answer to an older search comes late", async () => {
    const { frame, page } = await opened(looks.light)
    await frame.getByText("11 of 11").nth(1).waitFor()
    const held = Promise.withResolvers<void>()
    await page.route(/services\?search=backup$/, async (route) => {
      await held.promise
      await route.continue()
    })
    const search = async (text: string) => {
      await frame.getByLabel("Search").fill(text)
      await frame.getByRole("button", { name: "Search" }).click()
    }
    const late = page.waitForResponse(/services\?search=backup$/)
    await search("backup")
    await search("evergreen dental")
    await frame.getByText("1 of 1", { exact: true }).waitFor()
    await frame.locator("section").filter({ hasText: "Services" }).getByText("Nothing was found.").waitFor()
    held.resolve()
    await (await late).finished()
    await frame.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 100))")
    expect(await states(frame)).toEqual(["1 of 1", "Nothing was found."])
  })

  it("shows what a person changes of the data in the panel, until that is set back", async () => {
    const { page } = await opened(looks.light)
    const [frame, data] = [page.frameLocator("#page"), page.locator("#data")]
    await data.getByText("Clients and services").click()
    await data.getByRole("button", { name: "Evergreen Dental Group" }).click()
    await data.getByLabel("clientName").fill("Evergreen Teeth")
    await data.getByRole("button", { name: "Save" }).click()
    await frame.getByText("Evergreen Teeth").waitFor()
    await data.getByRole("button", { name: "Add" }).click()
    await data.getByRole("button", { name: "Save" }).click()
    await data.getByText(/^clientName: /).waitFor()
    await data.getByLabel("clientName").fill("<b>New & bold</b>")
    await data.getByRole("button", { name: "Save" }).click()
    await frame.getByText("<b>New & bold</b>").waitFor()
    await frame.getByText("12 of 12").waitFor()
    await data.getByLabel("Records", { exact: true }).selectOption("services")
    await data.getByLabel("Records whose names hold").fill("backup")
    // A list that comes between the two halves of a click takes it away.
    await data.getByRole("button", { name: "Onboarding" }).waitFor({ state: "detached" })
    await data
      .getByRole("button", { name: /Backup/ })
      .first()
      .click()
    await data.getByLabel("serviceName").fill("Kept twice")
    await data.getByLabel("defaultRate").fill("1.5")
    await data.getByRole("button", { name: "Save" }).click()
    await data.getByText("defaultRate: must be a whole number").waitFor()
    await data.getByLabel("defaultRate").fill("150")
    await data.getByRole("button", { name: "Save" }).click()
    await frame.getByText("Kept twice").waitFor()
    await data.getByRole("button", { name: "Reset all" }).click()
    await frame.getByText("Evergreen Dental Group").waitFor()
    await frame
      .getByText(/^11 of 11$/)
      .nth(1)
      .waitFor()
    await data.locator("button:disabled", { hasText: "Reset all" }).waitFor()
  })

  it("goes back to a page of the data that is there, once others are taken away", async () => {
    const { page } = await opened(looks.light)
    const [frame, data] = [page.frameLocator("#page"), page.locator("#data")]
    await data.getByText("Clients and services").click()
    const add = async (count: number) => {
      await data.getByRole("button", { name: "Add" }).click()
      await data.getByLabel("clientName").fill(`Zebra ${count}`)
      await data.getByRole("button", { name: "Save" }).click()
      await frame.getByText(`${count} of ${count}`).waitFor()
    }
    const sent = page.waitForRequest("**/dev/row")
    await add(12)
    const first = (await sent).postData() ?? ""
    const { session } = JSON.parse((await page.locator("#settings").textContent()) ?? "")
    const sentAs = (at: number) => ({
      ...{ method: "POST", headers: { "x-alga-host-session": session } },
      body: first.replace("Zebra 12", `Zebra ${at}`)
    })
    for (let at = 13; at <= 20; at++) await page.evaluate(`fetch("/dev/row", ${JSON.stringify(sentAs(at))})`)
    await add(21)
    await data.getByText("1 of 2").waitFor()
    await data.getByRole("button", { name: "Next" }).click()
    await data.getByText("2 of 2").waitFor()
    await data.getByRole("button", { name: "Reset all" }).click()
    await data.getByRole("button", { name: "Evergreen Dental Group" }).waitFor()
  })

  it("keeps the form of a record from a list that comes late, and from a server that does not answer", async () => {
    const { page, takeErrors } = await opened(looks.light)
    const data = page.locator("#data")
    await data.getByText("Clients and services").click()
    await data.getByRole("button", { name: "Evergreen Dental Group" }).waitFor()
    const held = Promise.withResolvers<void>()
    await page.route("**/dev/rows", async (route) => {
      await held.promise
      await route.continue()
    })
    const late = page.waitForResponse("**/dev/rows")
    await data.getByLabel("Records whose names hold").fill("evergreen")
    await data.getByRole("button", { name: "Add" }).click()
    await data.getByLabel("clientName").fill("Written meanwhile")
    held.resolve()
    await (await late).finished()
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(await data.getByLabel("clientName").inputValue()).toBe("Written meanwhile")
    await page.route("**/dev/row", (route) => route.abort())
    await data.getByRole("button", { name: "Save" }).click()
    await data.getByText("The development server did not answer.").waitFor()
    expect(await data.getByLabel("clientName").inputValue()).toBe("Written meanwhile")
    expect(takeErrors()).toEqual(["Failed to load resource: net::ERR_FAILED"])
  })

  it("lists what was saved after its form was left, and keeps the form that is opened while all is set back", async () => {
    const { page } = await opened(looks.light)
    const data = page.locator("#data")
    const hold = async (route: string) => {
      const held = Promise.withResolvers<void>()
      await page.route(route, async (sent) => {
        await held.promise
        await sent.continue()
      })
      const answered = page.waitForResponse(route)
      return async () => {
        held.resolve()
        await (await answered).finished()
      }
    }
    await data.getByText("Clients and services").click()
    await data.getByRole("button", { name: "Evergreen Dental Group" }).click()
    await data.getByLabel("clientName").fill("Evergreen Teeth")
    const saved = await hold("**/dev/row")
    await data.getByRole("button", { name: "Save" }).click()
    await data.getByRole("button", { name: "Cancel" }).click()
    await data.getByRole("button", { name: "Evergreen Dental Group" }).waitFor()
    await saved()
    await data.getByRole("button", { name: "Evergreen Teeth" }).waitFor()
    await page.frameLocator("#page").getByText("Evergreen Teeth").waitFor()
    const reset = await hold("**/dev/reset")
    await data.getByRole("button", { name: "Reset all" }).click()
    await data.getByRole("button", { name: "Add" }).click()
    await data.getByLabel("clientName").fill("Written meanwhile")
    await reset()
    await page.frameLocator("#page").getByText("Evergreen Dental Group").waitFor()
    expect(await data.getByLabel("clientName").inputValue()).toBe("Written meanwhile")
  })

  it.each(Object.entries(looks))("can be read by everybody, and stays in its frame, %s", async (_name, look) => {
    const { frame } = await opened(look)
    await frame.getByText("11 of 11").first().waitFor()
    expect(await violations(frame)).toEqual([])
    expect(await frame.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0)
  })
})
