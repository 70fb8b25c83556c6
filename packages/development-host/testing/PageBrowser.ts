import { Context, Effect, type Layer, ManagedRuntime } from "effect"
import type { Browser, Frame } from "playwright-core"
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest"
import type {} from "./browserSetup.ts"
import { connectBrowser, extensionFrame, type Look, openPage, type TestPage } from "./TestPage.ts"

/** An extension in its host page, opened by one of its viewers. */
export interface OpenedExtension extends TestPage {
  /** The extension's page. */
  readonly frame: Frame
}

/** A hosted extension: where each of its viewers finds it. */
interface Hosted {
  readonly addressOf: (viewer: string) => string
}

/** The extension under test in a file: started before its tests, and stopped after them. */
export interface PageBrowser<H extends Hosted> {
  readonly hosted: () => H
  readonly browser: () => Browser
  /** Opens the host page of a viewer. */
  readonly open: (viewer: string, look?: Look) => Promise<OpenedExtension>
}

/**
 * Starts an extension and a browser for a test file. After each test every page that it opened is closed, and must not have
 * had an error in its console, save those that the browser itself writes for an answer that is no success.
 */
export const pageBrowser = <I, H extends Hosted, E>(
  service: Context.Key<I, H>,
  layer: Layer.Layer<I, E>
): PageBrowser<H> => {
  const runtime = ManagedRuntime.make(layer)
  let hosted: H | undefined
  let browser: Browser | undefined
  let opened: Array<TestPage> = []
  const there = <A>(value: A | undefined): A => {
    if (value === undefined) throw new Error("not started yet")
    return value
  }

  beforeAll(async () => {
    browser = await connectBrowser(inject("browser"))
    hosted = await runtime.runPromise(Effect.map(Effect.context<I>(), Context.get(service)))
  })
  afterEach(async () => {
    const pages = opened
    opened = []
    for (const page of pages) await page.close()
    const errors = pages.flatMap((page) => page.takeErrors())
    expect(errors.filter((text) => !/^Failed to load resource: .* status of \d{3}/.test(text))).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await runtime.dispose()
  })

  return {
    hosted: () => there(hosted),
    browser: () => there(browser),
    open: async (viewer, look) => {
      const page = await openPage(there(browser), there(hosted).addressOf(viewer), look)
      opened.push(page)
      return { ...page, frame: await extensionFrame(page.page) }
    }
  }
}
