import { fileURLToPath } from "node:url"
import { startBrowser } from "@alga-psa/ext-development-host/testing/BrowserServer"
import { Effect } from "effect"
import { chromium } from "playwright-core"
import { serveDev } from "../src/dev/DevServer.ts"

const images = fileURLToPath(new URL("../../../docs/images", import.meta.url))
const sample = fileURLToPath(new URL("../../sample-extension", import.meta.url))

/** Pictures of `alga-ext dev` around the sample. */
const program = Effect.gen(function* () {
  const { url } = yield* serveDev({ folder: sample, port: 0 })
  yield* Effect.promise(async () => {
    const server = await startBrowser()
    const browser = await chromium.connect(server.wsEndpoint())
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({
        colorScheme,
        viewport: { width: 1440, height: 860 },
        reducedMotion: "reduce"
      })
      await page.goto(url)
      const frame = page.frameLocator("#page")
      await frame.getByText("of 11 clients").waitFor({ timeout: 60_000 })
      await frame.getByRole("button", { name: "Evergreen Dental Group" }).click()
      await frame.getByText("accounts@evergreen.example").waitFor()
      await page.getByText("host.clients.get", { exact: true }).first().waitFor()
      await page.screenshot({ path: `${images}/dev-${colorScheme}.png`, animations: "disabled" })
      await page.close()
    }
    await browser.close()
    await server.close()
  })
})

await Effect.runPromise(Effect.scoped(program))
