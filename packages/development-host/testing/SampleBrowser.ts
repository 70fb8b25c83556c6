import { buildSample } from "@alga-psa/ext-sample-extension"
import { type Context, ManagedRuntime } from "effect"
import type { Browser, Frame } from "playwright-core"
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest"
import type {} from "./browserSetup.ts"
import { type Build, HostedSample, layerHosted } from "./HostedSample.ts"
import { connectBrowser, extensionFrame, type Look, openPage, type TestPage } from "./TestPage.ts"

/** The sample in its host page, opened by one of its viewers. */
export interface OpenedSample extends TestPage {
  /** The extension's page. */
  readonly frame: Frame
}

/** The sample under test in a file: started before its tests, and stopped after them. */
export interface SampleBrowser {
  readonly hosted: () => Context.Service.Shape<typeof HostedSample>
  readonly browser: () => Browser
  /** Opens the host page of a viewer. */
  readonly open: (viewer: string, look?: Look) => Promise<OpenedSample>
}

/**
 * Starts the sample, or another extension, and a browser for a test file. After each test every page that it opened is closed, and must not have
 * had an error in its console, save those that the browser itself writes for an answer that is no success.
 */
export const sampleBrowser = (build: Build = buildSample): SampleBrowser => {
  const runtime = ManagedRuntime.make(layerHosted(build))
  let hosted: Context.Service.Shape<typeof HostedSample> | undefined
  let browser: Browser | undefined
  let opened: Array<TestPage> = []
  const there = <A>(value: A | undefined): A => {
    if (value === undefined) throw new Error("not started yet")
    return value
  }

  beforeAll(async () => {
    browser = await connectBrowser(inject("browser"))
    hosted = await runtime.runPromise(HostedSample)
  })
  afterEach(async () => {
    const pages = opened
    opened = []
    hosted?.breakServices(false)
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
