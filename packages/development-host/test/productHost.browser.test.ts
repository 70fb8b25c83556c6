import { type Context, ManagedRuntime } from "effect"
import type { Browser } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest"
import type {} from "../testing/browserSetup.ts"
import { layerProductHost, type Mode, modes, ProductHost, type Shown } from "../testing/ProductHost.ts"
import { connectBrowser, extensionFrame, keptPages, looks, violations, withoutStatuses } from "../testing/TestPage.ts"

const runtime = ManagedRuntime.make(layerProductHost)
let product: Context.Service.Shape<typeof ProductHost>
let browser: Browser
const pages = keptPages(() => browser)

beforeAll(async () => {
  browser = await connectBrowser(inject("browser"))
  product = await runtime.runPromise(ProductHost)
})
afterEach(async () => expect(withoutStatuses(await pages.release())).toEqual([]))
afterAll(async () => {
  await browser?.close()
  await runtime.dispose()
})

/** Opens the product's page around an extension's page. `own`: in a profile that has none of its files yet. */
const open = (mode: Mode, what: Shown, own = false) => pages.open(product.addressOf(mode, what), looks.light, own)

describe.each(modes)("in the product, by %s, the sample's page", (mode) => {
  it("draws at once, shows what its handler answers, and is as high as it needs", async () => {
    const { asked, page } = await open(mode, "sample")
    const frame = await extensionFrame(page)
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    expect(asked).toEqual(["GET /api/clients?page=1&pageSize=10"])
    const height = Math.ceil(await frame.evaluate<number>("document.body.getBoundingClientRect().height"))
    await page.waitForFunction(`document.getElementById("page").style.height === "${height}px"`)
    const heard = await page.evaluate<ReadonlyArray<string>>("[...new Set(heard)].sort()")
    expect(heard).toEqual(["apiproxy", "ready", "resize"])
    expect(await violations(frame)).toEqual([])
  })

  it("says what was refused", async () => {
    const { page } = await open(mode, "sample")
    const frame = await extensionFrame(page)
    await frame.getByLabel("Search clients").fill("x".repeat(201))
    await frame.getByText("This search does not work").waitFor()
  })

  it("takes a place from a host that names one", async () => {
    const { page } = await open(mode, "sample")
    const frame = await extensionFrame(page)
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    const payload = {
      session: { token: "t", expires_at: "2030-01-01T00:00:00.000Z" },
      theme_tokens: {},
      navigation: { path: "/services" }
    }
    await page.evaluate(`say(${JSON.stringify({ type: "bootstrap", payload })})`)
    await frame.getByText("1 to 10 of 11 services").waitFor()
  })
})

const ground = `getComputedStyle(document.body).backgroundColor`
const scheme = "document.documentElement.style.colorScheme"

describe("the theme", () => {
  it("reaches a page on a domain of its own, again whenever it changes", async () => {
    const { page } = await open("domain", "sample")
    const frame = await extensionFrame(page)
    await frame.waitForFunction(`${ground} === "rgb(254, 254, 250)"`)
    expect(await frame.evaluate(scheme)).toBe("light")
    await page.evaluate(`setTheme({ "--alga-bg": "#101820", "--alga-fg": "#f2f2f2" })`)
    await frame.waitForFunction(`${ground} === "rgb(16, 24, 32)"`)
    await frame.waitForFunction(`${scheme} === "dark"`)
  })

  it("does not reach a page on the product's origin, which has colours of its own", async () => {
    const { page } = await open("path", "sample")
    const frame = await extensionFrame(page)
    await page.evaluate(`setTheme({ "--alga-bg": "#101820" })`)
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    expect(await frame.evaluate(ground)).toBe("rgb(255, 255, 255)")
    expect(await frame.evaluate(scheme)).toBe("light")
  })
})

describe("the product's proxy", () => {
  it("gets all files of a page from whichever runner it asks, with nothing that says whose they are", async () => {
    product.proxied.length = 0
    const { page } = await open("path", "sample", true)
    const frame = await extensionFrame(page)
    await frame.getByText("1 to 10 of 11 clients").waitFor()
    const sent = product.proxied.map((line) => line.replace(/^GET (\d) \/ext-ui\/[^/]+\/[^/]+/, "$1"))
    expect(sent.map((line) => line.replace(/^\d|\?.*$/g, "")).sort()).toEqual(["/index.html", "/main.css", "/main.js"])
    expect(new Set(sent.map((line) => line[0]))).toEqual(new Set(["0", "1"]))
    expect(sent.filter((line) => line.includes("?")).length).toBe(1)
  })
})

describe("a page on a domain of its own", () => {
  it("has an origin of its own, where there is nothing but the page", async () => {
    const { page } = await open("domain", "page-only")
    await page.frameLocator("#page").getByText("Hello, world").waitFor()
    const origin = product.domainOf("page-only")
    expect(page.frames().map((frame) => new URL(frame.url()).origin)).toContain(origin)
    for (const path of ["/metrics", "/healthz", "/v1/execute", "/warmup", "/openapi.json"]) {
      expect((await page.goto(`${origin}${path}`))?.status()).toBe(404)
    }
  })
})

describe("what a page can do in the product", () => {
  const attempt = `Promise.resolve().then(() => parent.fetch("/msp/path/sample")).then(({ status }) => status, ({ name }) => name)`

  it("is all that its user can, by path", async () => {
    const frame = await extensionFrame((await open("path", "sample")).page)
    expect(await frame.evaluate(attempt)).toBe(200)
  })

  it("is nothing, by domain", async () => {
    const frame = await extensionFrame((await open("domain", "sample")).page)
    expect(await frame.evaluate(attempt)).toBe("SecurityError")
  })
})

describe.each(modes)("in the product, by %s, an extension without a component", (mode) => {
  it("shows its page, and nothing as soon as it is switched off", async () => {
    const { page, takeErrors } = await open(mode, "page-only")
    await page.frameLocator("#page").getByText("Hello, world").waitFor()
    await product.enable("page-only", false)
    await page.reload()
    await page.frameLocator("#page").getByText("not_found").waitFor()
    await expect.poll(() => takeErrors().join()).toMatch(/404/)
    await product.enable("page-only", true)
  })
})
