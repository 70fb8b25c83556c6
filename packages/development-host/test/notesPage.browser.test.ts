import type { Frame } from "playwright-core"
import { describe, expect, it } from "vitest"
import { HostedNotes, layerHostedNotes } from "../testing/HostedNotes.ts"
import { pageBrowser } from "../testing/PageBrowser.ts"
import { looks, violations } from "../testing/TestPage.ts"

const notes = pageBrowser(HostedNotes, layerHostedNotes)

/** The page, once it shows the first client's note. */
const open = async (look = looks.light) => {
  const opened = await notes.open("admin", look)
  await opened.frame.locator("#text:enabled").waitFor()
  return opened
}

const says = (frame: Frame, where: "#said" | "#state", text: string) =>
  frame.locator(where, { hasText: text }).waitFor()

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

it.each(["light", "dark", "phone"] as const)("the page has nothing that axe finds wrong: %s", async (look) => {
  const { frame } = await open(looks[look])
  expect(await violations(frame)).toEqual([])
})
