import { mkdir } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { chromium, type FrameLocator, type Page } from "playwright-core"
import { startBrowser } from "../testing/BrowserServer.ts"
import { HostedSample, layerHostedSample } from "../testing/HostedSample.ts"

const folder = fileURLToPath(new URL("../../../docs/images", import.meta.url))

interface Shot {
  readonly name: string
  readonly as: string
  readonly dark?: boolean
  readonly phone?: boolean
  readonly broken?: boolean
  readonly act?: (page: FrameLocator) => Promise<void>
  /** What must be on the screen first. */
  readonly until: string
}

const services = (page: FrameLocator) => page.getByRole("tab", { name: "Services" }).click()

const shots: ReadonlyArray<Shot> = [
  { name: "sample-clients", as: "admin-user", until: "1 to 10 of 11 clients" },
  { name: "sample-clients-dark", as: "admin-user", dark: true, until: "1 to 10 of 11 clients" },
  { name: "sample-clients-phone", as: "admin-user", phone: true, until: "1 to 10 of 11 clients" },
  { name: "sample-clients-phone-dark", as: "admin-user", dark: true, phone: true, until: "1 to 10 of 11 clients" },
  { name: "sample-services", as: "admin-user", act: services, until: "of 11 services" },
  {
    name: "sample-client",
    as: "admin-user",
    act: (page) => page.getByRole("button", { name: "Evergreen Dental Group" }).click(),
    until: "accounts@evergreen.example"
  },
  { name: "sample-not-allowed", as: "user-without-permission", until: "You cannot see clients here" },
  {
    name: "sample-invalid-input",
    as: "admin-user",
    act: (page) => page.getByLabel("Search clients").fill("x".repeat(201)),
    until: "This search does not work"
  },
  { name: "sample-internal", as: "admin-user", broken: true, act: services, until: "Something went wrong on our side" }
]

const heightOf = (page: Page, inner: boolean) =>
  (inner ? page.frameLocator("#page").locator("body") : page.locator("#page")).evaluate(
    (element) => element.getBoundingClientRect().height
  )

/** Waits until the frame is as high as the page in it. */
const sized = async (page: Page): Promise<void> => {
  const [inner, outer] = await Promise.all([heightOf(page, true), heightOf(page, false)])
  if (Math.abs(inner - outer) > 2) await sized(page)
}

const take = async (page: Page, address: string, { act, name, until }: Shot) => {
  await page.goto(address)
  const frame = page.frameLocator("#page")
  await frame.getByRole("heading", { name: "Clients and services" }).waitFor()
  await act?.(frame)
  await frame.getByText(until).first().waitFor()
  await sized(page)
  await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" })
}

const program = Effect.gen(function* () {
  const hosted = yield* HostedSample
  yield* Effect.promise(async () => {
    await mkdir(folder, { recursive: true })
    const server = await startBrowser()
    const browser = await chromium.connect(server.wsEndpoint())
    for (const shot of shots) {
      hosted.breakServices(shot.broken ?? false)
      const page = await browser.newPage({
        colorScheme: shot.dark ? "dark" : "light",
        viewport: shot.phone ? { width: 360, height: 740 } : { width: 1100, height: 760 },
        reducedMotion: "reduce"
      })
      if (shot.dark) await page.addInitScript(`localStorage.setItem("alga-host-theme-messages", "on")`)
      await take(page, hosted.addressOf(shot.as), shot)
      await page.close()
    }
    await browser.close()
    await server.close()
  })
})

await Effect.runPromise(Effect.scoped(Effect.provide(program, layerHostedSample)))
