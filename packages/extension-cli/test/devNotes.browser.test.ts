import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type {} from "@alga-psa/ext-development-host/testing/browserSetup"
import {
  connectBrowser,
  openPage,
  type TestPage,
  withoutStatuses
} from "@alga-psa/ext-development-host/testing/TestPage"
import { Effect, Exit, Scope } from "effect"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, inject, it } from "vitest"
import { serveDev } from "../src/dev/DevServer.ts"
import { writeWhole } from "./support/DevFixture.ts"
import { reloaded } from "./support/DevPage.ts"

const sample = fileURLToPath(new URL("../../sample-notes/", import.meta.url))

const scope = Scope.makeUnsafe()
const authorizations: Array<string | undefined> = []
let folder: string
let handler: string
let outside: Server
let origin: string
let browser: Browser
let open: TestPage

beforeAll(async () => {
  // Beside the sample, where its page's packages are found.
  await mkdir(join(sample, ".cache"), { recursive: true })
  folder = await mkdtemp(join(sample, ".cache", "dev-"))
  for (const name of ["manifest.json", "src", "ui"])
    await cp(join(sample, name), join(folder, name), { recursive: true })
  handler = await readFile(join(folder, "src/handler.ts"), "utf8")
  await writeWhole(folder, "src/handler.ts", "export const handle = (")
  outside = createServer(({ headers }, response) => {
    authorizations.push(headers.authorization)
    response.end()
  })
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve))
  origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
  await writeWhole(folder, "alga.dev.json", JSON.stringify({ fetch: [origin] }))
  browser = await connectBrowser(inject("browser"))
  const { url } = await Effect.runPromise(Scope.provide(serveDev({ folder, port: 0 }), scope))
  open = await openPage(browser, url)
})
afterAll(async () => {
  await open?.close()
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  outside?.close()
  await rm(folder, { recursive: true, force: true })
})

it("the second sample works in alga-ext dev: nothing runs until it builds, then it keeps a note, asks the service that its files list, and runs its schedule", async () => {
  await open.page.getByText("The build failed; nothing runs yet.").waitFor()
  expect(await open.page.getByText("No page yet").isVisible()).toBe(false)
  await reloaded(open.page, () => writeWhole(folder, "src/handler.ts", handler))
  const marks = open.page.locator(".check .mark")
  expect(await marks.allTextContents()).toEqual(["no .env.local yet: every secret is missing"])
  const frame = open.page.frameLocator("#page")
  await frame.locator("#text:enabled").waitFor()
  await frame.getByLabel("Note", { exact: true }).fill("Calls back on Monday.")
  await frame.getByRole("button", { name: "Save" }).click()
  await frame.locator("#said", { hasText: "Saved." }).waitFor()
  await open.page
    .getByRole("region", { name: "Storage" })
    .getByText(/^notes \//)
    .waitFor()

  await frame.getByRole("button", { name: "Check now" }).click()
  await frame.locator("#state", { hasText: "is not set" }).waitFor()
  await open.page.getByText(".env.local has no status_url").first().waitFor()
  const secrets = `status_url=${origin}/status\nstatus_token=s3cret-token\n`
  await reloaded(open.page, () => writeWhole(folder, ".env.local", secrets))
  expect(await marks.count()).toBe(0)
  await frame.locator("#text:enabled").waitFor()
  expect(await frame.getByLabel("Note", { exact: true }).inputValue()).toBe("Calls back on Monday.")
  await frame.getByRole("button", { name: "Check now" }).click()
  await frame.locator("#state", { hasText: "The service is up." }).waitFor()
  expect(authorizations).toEqual(["Bearer s3cret-token"])

  await frame.getByLabel("Check every hour").check()
  const schedules = open.page.getByRole("region", { name: "Schedules" })
  await schedules.getByText("Check the service every hour").waitFor()
  await schedules.getByRole("button", { name: "Run now" }).click()
  await schedules.getByText(/^success/).waitFor()
  expect(authorizations).toHaveLength(2)
  expect(await open.page.locator("#panel").textContent()).not.toContain("s3cret-token")
  expect(withoutStatuses(open.takeErrors())).toEqual([])
})
