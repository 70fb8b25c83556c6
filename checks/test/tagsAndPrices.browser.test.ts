import { join } from "node:path"
import { buildExtension } from "@alga-psa/ext-extension-build"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { HostedSample, layerHosted } from "../../packages/development-host/testing/HostedSample.ts"
import { pageBrowser } from "../../packages/development-host/testing/PageBrowser.ts"
import { looks, violations } from "../../packages/development-host/testing/TestPage.ts"
import { root } from "../src/release/Packages.ts"

const folder = join(root, "checks/examples/tags-and-prices")
const build = () =>
  Effect.runPromise(buildExtension({ folder, buildsDir: join(root, "checks/.cache/tags-and-prices") }))
const host = pageBrowser(HostedSample, layerHosted(build))

describe("An example extension of the second edition", () => {
  it("imports the interfaces of that edition alone, and logging", async () => {
    const { interfaces } = await build()
    expect(interfaces).toEqual(["clients-v2", "logging", "services-v2"])
  })

  it.each(Object.entries(looks))("shows tags and prices, in the %s look", async (_, look) => {
    const { frame } = await host.open("admin-user", look)
    const clients = frame.getByRole("list", { name: "Clients" }).getByRole("listitem")
    await frame.getByRole("button", { name: "More clients" }).click()
    await clients.nth(9).waitFor()
    await frame.getByRole("button", { name: "managed" }).first().click()
    await frame.getByText(/^\d+ of \d+ with managed$/).waitFor()
    expect(await clients.first().textContent()).toContain("Evergreen Dental Group")
    await frame.getByRole("button", { name: "Clients with any tags" }).click()
    await frame.getByText(/^5 of \d+$/).waitFor()
    const prices = frame.locator("dd")
    await prices.nth(1).waitFor()
    expect(await prices.allTextContents()).toEqual(["$899.00", "€115.00, $125.00"])
    expect(await violations(frame)).toEqual([])
  })

  it("shows what was asked last, and nothing of an older answer that comes after it", async () => {
    const { frame, page } = await host.open("admin-user")
    const clients = frame.getByRole("list", { name: "Clients" }).getByRole("listitem")
    await frame.locator("dd").nth(1).waitFor()
    const released = Promise.withResolvers<void>()
    await page.route(/\/api\/clients\?.*after=/, async (route) => {
      await released.promise
      await route.continue()
    })
    await frame.getByRole("button", { name: "More clients" }).click()
    await frame.getByRole("button", { name: "managed" }).first().click()
    await frame.getByText(/^\d+ of \d+ with managed$/).waitFor()
    const shown = await clients.allTextContents()
    await frame.evaluate(`addEventListener("message", ({ data }) => {
      if (data.type === "apiproxy_response") document.body.dataset.answered = "late"
    })`)
    released.resolve()
    await frame.locator("[data-answered=late]").waitFor()
    expect(await clients.allTextContents()).toEqual(shown)
  })

  it("shows a portal user their own client without its tags, and no prices", async () => {
    const { frame } = await host.open("portal-user")
    const clients = frame.getByRole("list", { name: "Clients" }).getByRole("listitem")
    await frame.getByText("1 of 1").waitFor()
    expect((await clients.allTextContents()).map((text) => text.trim())).toEqual(["Evergreen Dental Group"])
    await frame.getByText("The prices cannot be shown.").waitFor()
  })
})
