import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { startBrowser } from "@alga-psa/ext-development-host/testing/BrowserServer"
import { newExtension } from "create-alga-extension"
import { Effect } from "effect"
import { chromium } from "playwright-core"
import { serveDev } from "./src/dev/DevServer.ts"

const out = "/tmp/wt/author-shots"
const cache = new URL("../create-alga-extension/.cache/", import.meta.url).pathname
await mkdir(cache, { recursive: true })
const parent = await mkdtemp(join(cache, "shots-"))
const { folder } = await newExtension({ name: "first-page", page: true, reads: ["clients", "services"], parent })
const bare = await newExtension({ name: "no-page", page: false, reads: ["clients"], parent })
const notes = new URL("../sample-notes", import.meta.url).pathname
const program = Effect.gen(function* () {
  const one = yield* serveDev({ folder, port: 0, types: false })
  const two = yield* serveDev({ folder: bare.folder, port: 0, types: true })
  const three = yield* serveDev({ folder: notes, port: 0, types: false })
  yield* Effect.promise(async () => {
    const server = await startBrowser()
    const browser = await chromium.connect(server.wsEndpoint())
    for (const colorScheme of ["light", "dark"] as const)
      for (const [size, width, height] of [
        ["wide", 1440, 900],
        ["narrow", 360, 740]
      ] as const) {
        const page = await browser.newPage({ colorScheme, viewport: { width, height }, reducedMotion: "reduce" })
        await page.addInitScript(`localStorage.setItem("alga-host-theme-messages", "on")`)
        page.setDefaultTimeout(60_000)
        await page.goto(one.url)
        await page.getByText(/^Ready in/).waitFor({ timeout: 180_000 })
        await page.frameLocator("#page").getByText("11 of 11").first().waitFor()
        await page.getByText("Limits used").first().click()
        await page.screenshot({ path: `${out}/template-${size}-${colorScheme}.png`, fullPage: true })
        await page.goto(two.url)
        await page.getByText(/^Ready in/).waitFor({ timeout: 180_000 })
        await page.getByRole("button", { name: "Send", exact: true }).click()
        await page.getByText("Limits used").first().click()
        await page.screenshot({ path: `${out}/bare-${size}-${colorScheme}.png`, fullPage: true })
        await page.goto(three.url)
        await page.getByText(/^Ready in/).waitFor({ timeout: 180_000 })
        const frame = page.frameLocator("#page")
        await frame.locator("#text:enabled").waitFor()
        await frame.getByLabel("Note", { exact: true }).fill("Calls back on Monday.")
        await frame.getByRole("button", { name: "Save" }).click()
        await frame.locator("#said", { hasText: "Saved." }).waitFor()
        await page
          .getByRole("region", { name: "Storage" })
          .getByText(/^notes \//)
          .waitFor()
        await page.screenshot({ path: `${out}/notes-${size}-${colorScheme}.png`, fullPage: true })
        await page.close()
      }
    await browser.close()
    await server.close()
  })
})
await Effect.runPromise(Effect.scoped(program))
await rm(parent, { recursive: true, force: true })
process.exit(0)
