import axe from "axe-core"
import { type Browser, type BrowserContextOptions, chromium, type Frame, type Page } from "playwright-core"

/** A page of a test, and what it complained about. */
export interface TestPage {
  readonly page: Page
  /** The errors in its console and exceptions that nobody caught, of all frames, since it was asked last. */
  readonly takeErrors: () => ReadonlyArray<string>
  /** The requests that its handlers got, as `GET /api/clients?page=1`. */
  readonly asked: ReadonlyArray<string>
  /** Opens an address in the same page and profile, as if nothing had been asked or complained about before. */
  readonly renew: (address: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** How a page is looked at. */
export interface Look extends Pick<BrowserContextOptions, "colorScheme" | "viewport"> {
  /** Whether the host tells the page the theme. Default: not. */
  readonly told?: boolean
}

/** Wide and light, dark, and as wide as a small phone. */
export const looks: Readonly<Record<"light" | "dark" | "phone", Look>> = {
  light: { colorScheme: "light", viewport: { width: 1100, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1100, height: 800 }, told: true },
  phone: { colorScheme: "light", viewport: { width: 360, height: 740 } }
}

/** The browser of this run. */
export const connectBrowser = (address: string): Promise<Browser> => chromium.connect(address)

const isInterrupted = (error: unknown): boolean =>
  /interrupted by another navigation|net::ERR_ABORTED/.test(String(error))

/** Goes to an address. A page of `alga-ext dev` loads itself anew after each change, and may interrupt that a few times. */
const goTo = async (page: Page, address: string, tries = 10): Promise<void> => {
  try {
    await page.goto(address)
  } catch (error) {
    if (tries === 1 || !isInterrupted(error)) throw error
    await goTo(page, address, tries - 1)
  }
}

/** Opens an address in a profile of its own. */
export const openPage = async (browser: Browser, address: string, look: Look = looks.light): Promise<TestPage> => {
  const { told = false, ...shown } = look
  const context = await browser.newContext({ ...shown, reducedMotion: "reduce" })
  if (told) await context.addInitScript(`if (top === self) localStorage.setItem("alga-host-theme-messages", "on")`)
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  const errors: Array<string> = []
  const asked: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text())
  })
  page.on("pageerror", (error) => errors.push(error.message))
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url())
    const route = /^\/api\/ext-proxy\/[^/]+(\/.*)$/.exec(pathname)?.[1]
    if (route !== undefined) asked.push(`${request.method()} ${route}${search}`)
  })
  await page.goto(address)
  const renew = async (next: string) => {
    await page.unrouteAll()
    asked.length = 0
    await goTo(page, next)
  }
  return { page, takeErrors: () => errors.splice(0), asked, renew, close: () => context.close() }
}

/** The pages of a test file, opened again and again: a profile costs more than all that is shown in it. */
export interface KeptPages {
  /** Opens an address as someone looks at it. `own`: in a profile of its own, for a test that stops its clock or changes what it stores. */
  readonly open: (address: string, look?: Look, own?: boolean) => Promise<TestPage>
  /** Takes back what a test opened, and gives its errors. */
  readonly release: () => Promise<ReadonlyArray<string>>
}

/** Keeps pages of a browser. They are closed with the connection to it. */
export const keptPages = (browser: () => Browser): KeptPages => {
  const idle: Array<readonly [Look, TestPage]> = []
  const opened: Array<readonly [Look | null, TestPage]> = []
  return {
    open: async (address, look = looks.light, own = false) => {
      const at = own ? -1 : idle.findIndex(([of]) => of === look)
      const [[, kept] = []] = at < 0 ? [] : idle.splice(at, 1)
      await kept?.renew(address)
      const page = kept ?? (await openPage(browser(), address, look))
      opened.push([own ? null : look, page])
      return page
    },
    release: async () => {
      const errors: Array<string> = []
      for (const [look, page] of opened.splice(0)) {
        if (look === null) await page.close()
        else if (!page.page.isClosed()) idle.push([look, page])
        errors.push(...page.takeErrors())
      }
      return errors
    }
  }
}

/** Errors, save those that the browser itself writes for an answer that is no success. */
export const withoutStatuses = (errors: ReadonlyArray<string>): ReadonlyArray<string> =>
  errors.filter((text) => !/^Failed to load resource: .* status of \d{3}/.test(text))

/** The frame of the extension's page, once it shows something. */
export const extensionFrame = async (page: Page): Promise<Frame> => {
  const element = await page.waitForSelector("#page")
  await page.frameLocator("#page").locator("h1").waitFor()
  const frame = await element.contentFrame()
  if (frame === null) throw new Error("the page has no frame")
  return frame
}

/** What axe finds wrong with a document, its frames left out, as `rule: element`. */
export const violations = async (frame: Frame): Promise<ReadonlyArray<string>> => {
  if (await frame.evaluate<boolean>("typeof axe === 'undefined'")) await frame.evaluate(axe.source)
  const { violations: found } = await frame.evaluate<axe.AxeResults>(
    `axe.run({ iframes: false, resultTypes: ["violations"] })`
  )
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** What a host answered to one request of a page. */
export interface HostAnswer {
  readonly id: string
  readonly payload: { readonly body?: string; readonly error?: string }
}

/**
 * Posts messages from a page to its host, as they are. Gives all answers to requests, in order of arrival, once those
 * to all requests of `until` are there.
 */
export const exchange = (
  frame: Frame,
  messages: ReadonlyArray<unknown>,
  until: ReadonlyArray<string>
): Promise<ReadonlyArray<HostAnswer>> =>
  frame.evaluate(`new Promise((resolve) => {
    const answers = []
    addEventListener("message", ({ data }) => {
      if (data.type !== "apiproxy_response") return
      answers.push({ id: data.request_id, payload: data.payload })
      if (${JSON.stringify(until)}.every((id) => answers.some((answer) => answer.id === id))) resolve(answers)
    })
    const origin = new URLSearchParams(location.search).get("parentOrigin")
    for (const message of ${JSON.stringify(messages)}) parent.postMessage(message, origin)
  })`)
