import type { Context } from "effect"
import { afterEach } from "vitest"
import { HostedSample, layerHostedSample } from "./HostedSample.ts"
import { type PageBrowser, pageBrowser } from "./PageBrowser.ts"

/** The sample under test in a file. After each test its source of services works again. */
export const sampleBrowser = (): PageBrowser<Context.Service.Shape<typeof HostedSample>> => {
  const sample = pageBrowser(HostedSample, layerHostedSample)
  afterEach(() => sample.hosted().breakServices(false))
  return sample
}
