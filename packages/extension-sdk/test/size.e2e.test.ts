import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { describe, expect, it } from "vitest"
import { prepareComponent } from "../src/BuildComponent.ts"
import * as everything from "../src/index.ts"

const bytesOf = async (contents: string): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["alga:extension/*"]
  })
  return outputFiles[0]?.contents.length ?? 0
}

const sdk = '"@alga-psa/ext-extension-sdk"'
/** What a component has of these are tables, as large as the locales that it names. */
const ofLocales = /^(formatMoney|formatDate|collator)$/
const inComponents = Object.keys(everything).filter((name) => !/mock/i.test(name) && !ofLocales.test(name))

describe("what the SDK adds to a bundle, minified", () => {
  it.each([
    ["a handler and its response", `export { defineHandler, jsonResponse } from ${sdk}`, 400],
    ["the errors", `export { isReadError, isHostError, errorResponse } from ${sdk}`, 2_500],
    ["the request's parts", `export { parseRequestUrl, readJson, isRequestError } from ${sdk}`, 2_500],
    ["everything but the shell and the mocks", `export { ${inComponents.join(", ")} } from ${sdk}`, 10_000],
    [
      "the shell with every part of the host and the fill-ins",
      `export { serve } from "@alga-psa/ext-extension-sdk/component"`,
      35_500
    ],
    ["fetch and its classes", 'import "../src/FetchFillIn.ts"', 27_800]
  ])("is little for %s", async (_, source, most) => {
    const bytes = await bytesOf(source)
    expect(bytes).toBeGreaterThan(50)
    expect(bytes).toBeLessThan(most)
  })

  it("is less for the shell where the host has some parts alone, without what other parts and editions need", async () => {
    const [entry, witDir] = [
      new URL("fixtures/publishedComponent.ts", import.meta.url),
      new URL("../../adapters-wit/wit/", import.meta.url)
    ]
    const scriptOf = async (...interfaces: ReadonlyArray<string>) =>
      (await prepareComponent({ entry, witDir, minify: true, interfaces })).bundle.script
    const [none, first] = [await scriptOf(), await scriptOf("clients")]
    const both = await scriptOf("clients", "clients-v2")
    expect(none.length).toBeLessThan(24_800)
    expect(first.length - none.length).toBeLessThan(7_900)
    expect(both.length - first.length).toBeLessThan(1_000)
    expect([none, first, both].map((script) => /\bgetClients\b/.test(script))).toEqual([false, false, true])
  })
})
