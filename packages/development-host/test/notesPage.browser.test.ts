import type { Frame, Request } from "playwright-core"
import { describe, expect, it } from "vitest"
import { HostedNotes, layerHostedNotes } from "../testing/HostedNotes.ts"
import { type OpenedExtension, pageBrowser } from "../testing/PageBrowser.ts"
import { exchange, extensionFrame, looks, type TestPage, violations } from "../testing/TestPage.ts"

const notes = pageBrowser(HostedNotes, layerHostedNotes)

const says = (frame: Frame, where: "#said" | "#state", text: string) =>
  frame.locator(where, { hasText: text }).waitFor()

/** The page, once it shows the first client's note, and the service's state. */
const open = async (look = looks.light) => {
  const opened = await notes.open("admin", look)
  await opened.frame.locator("#text:enabled").waitFor()
  await says(opened.frame, "#state", "The service")
  return opened
}

describe("the note of a client", () => {
  it("is kept, each client's for itself", async () => {
    const { frame } = await open()
    const [first = "", second = ""] = await frame.locator("#client option").allTextContents()
    await frame.getByLabel("Note", { exact: true }).fill("Calls back on Monday.")
    await frame.getByRole("button", { name: "Save" }).click()
    await says(frame, "#said", "Saved.")
    await frame.getByLabel("Client").selectOption(second)
    await frame.locator("#text:enabled").waitFor()
    expect(await frame.getByLabel("Note", { exact: true }).inputValue()).toBe("")
    const again = await open()
    expect(await again.frame.getByLabel("Note", { exact: true }).inputValue()).toBe("Calls back on Monday.")
    expect(await again.frame.locator("#client option:checked").textContent()).toBe(first)
  })

  it("is not written over what somebody else wrote meanwhile", async () => {
    const [one, other] = [await open(), await open()]
    for (const { frame } of [one, other]) {
      await frame.getByLabel("Note", { exact: true }).fill(crypto.randomUUID())
      await frame.getByRole("button", { name: "Save" }).click()
      await frame.locator("#said:not(:empty)").waitFor()
    }
    await says(one.frame, "#said", "Saved.")
    await says(other.frame, "#said", "Somebody else changed this note")
  })
})

describe("the service outside", () => {
  it("is asked with the secret, which the page does not see", async () => {
    const { frame } = await open()
    const { service, token } = notes.hosted()
    await frame.getByRole("button", { name: "Check now" }).click()
    await says(frame, "#state", "The service is up.")
    expect(service.authorizations.at(-1)).toBe(`Bearer ${token}`)
    service.status = 503
    await frame.getByRole("button", { name: "Check now" }).click()
    await says(frame, "#state", "it has a problem")
    service.status = 200
    expect(await frame.content()).not.toContain(token)
  })

  it("is asked by the schedule that the page switches on, and no more once it is off", async () => {
    const { frame } = await open()
    const { runSchedules, service } = notes.hosted()
    await frame.getByLabel("Check every hour").check()
    await says(frame, "#state", "The service")
    await expect.poll(() => runSchedules()).toEqual([200])
    expect(service.authorizations).not.toEqual([])
    const again = await open()
    await says(again.frame, "#state", "The service is up.")
    expect(await again.frame.getByLabel("Check every hour").isChecked()).toBe(true)
    await again.frame.getByLabel("Check every hour").uncheck()
    await expect.poll(() => runSchedules()).toEqual([])
  })
})

/** Holds the answers to a page's requests of this route, until the first one is let go: that waits until the page has it. */
const hold = async ({ page }: TestPage, method: string, route: string) => {
  const held = Promise.withResolvers<void>()
  const isIt = (request: Request) => request.method() === method && request.url().endsWith(route)
  await page.route(`**${route}`, async (sent) => {
    if (!isIt(sent.request())) return sent.continue()
    const response = await sent.fetch({ timeout: 120_000 })
    await held.promise
    await sent.fulfill({ response })
  })
  const answered = page.waitForResponse((response) => isIt(response.request()))
  return async () => {
    held.resolve()
    await (await answered).finished()
    await page.unrouteAll()
  }
}

const drawn = ({ frame }: OpenedExtension) =>
  frame.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

describe("an answer that comes late", () => {
  it("does not show, or save, one client's note as another's", async () => {
    const opened = await open()
    const { asked, frame } = opened
    const [note, save] = [frame.getByLabel("Note", { exact: true }), frame.getByRole("button", { name: "Save" })]
    const choose = (id: string) => frame.getByLabel("Client").selectOption(id)
    const ids = await frame.locator("#client option").evaluateAll((all) => all.map((one) => one.getAttribute("value")))
    const [, second = "", third = "", fourth = ""] = ids as ReadonlyArray<string>
    await choose(second)
    await frame.locator("#text:enabled").waitFor()
    await note.fill("Of the second.")
    const saved = await hold(opened, "PUT", `/api/notes/${second}`)
    await save.click()
    await choose(third)
    await saved()
    await frame.locator("#text:enabled").waitFor()
    expect(await note.inputValue()).toBe("")
    const shown = await hold(opened, "GET", `/api/notes/${second}`)
    await choose(second)
    await choose(fourth)
    await shown()
    await expect.poll(() => asked).toContain(`GET /api/notes/${fourth}`)
    await frame.locator("#text:enabled").waitFor()
    await drawn(opened)
    expect(await note.inputValue()).toBe("")
    await note.fill("Of the fourth.")
    await save.click()
    await says(frame, "#said", "Saved.")
    await choose(second)
    await frame.locator("#text:enabled").waitFor()
    expect(await note.inputValue()).toBe("Of the second.")
  })

  it("does not undo what was switched on meanwhile, which waits for it", async () => {
    const opened = await open()
    const first = await hold(opened, "GET", "/api/status")
    await opened.page.reload()
    const frame = await extensionFrame(opened.page)
    const hourly = frame.getByLabel("Check every hour")
    await hourly.click()
    // What the page sends at once is sent before this.
    const payload = { route: "/api/clients", method: "GET" }
    await exchange(frame, [{ alga: true, version: "1", type: "apiproxy", request_id: "last", payload }], ["last"])
    expect(opened.asked).not.toContain("PUT /api/schedule")
    await first()
    await expect.poll(() => notes.hosted().runSchedules()).toEqual([200])
    await says(frame, "#state", "The service")
    expect(await hourly.isChecked()).toBe(true)
    await hourly.click()
    await expect.poll(() => notes.hosted().runSchedules()).toEqual([])
  })
})

it.each(["light", "dark", "phone"] as const)("the page has nothing that axe finds wrong: %s", async (look) => {
  const { frame } = await open(looks[look])
  expect(await violations(frame)).toEqual([])
})
