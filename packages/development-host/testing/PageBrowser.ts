import { Context, Effect, type Layer, ManagedRuntime } from "effect"
import type { Browser, Frame } from "playwright-core"
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest"
import type {} from "./browserSetup.ts"
import { connectBrowser, extensionFrame, keptPages, type Look, type TestPage, withoutStatuses } from "./TestPage.ts"

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
  /** Opens the host page of a viewer. `own`: in a profile of its own, for a test that stops its clock or changes what it stores. */
  readonly open: (viewer: string, look?: Look, own?: boolean) => Promise<OpenedExtension>
}

/**
 * Starts an extension and a browser for a test file. No page that a test opened may have had an error in its console, save
 * those that the browser itself writes for an answer that is no success.
 */
export const pageBrowser = <I, H extends Hosted, E>(
  service: Context.Key<I, H>,
  layer: Layer.Layer<I, E>
): PageBrowser<H> => {
  const runtime = ManagedRuntime.make(layer)
  let hosted: H | undefined
  let browser: Browser | undefined
  const there = <A>(value: A | undefined): A => {
    if (value === undefined) throw new Error("not started yet")
    return value
  }
  const pages = keptPages(() => there(browser))

  beforeAll(async () => {
    browser = await connectBrowser(inject("browser"))
    hosted = await runtime.runPromise(Effect.map(Effect.context<I>(), Context.get(service)))
  })
  afterEach(async () => expect(withoutStatuses(await pages.release())).toEqual([]))
  afterAll(async () => {
    await browser?.close()
    await runtime.dispose()
  })

  return {
    hosted: () => there(hosted),
    browser: () => there(browser),
    open: async (viewer, look, own) => {
      const page = await pages.open(there(hosted).addressOf(viewer), look, own)
      return { ...page, frame: await extensionFrame(page.page) }
    }
  }
}
