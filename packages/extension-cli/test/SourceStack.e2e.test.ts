import { fileURLToPath } from "node:url"
import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { beforeAll, describe, expect, it } from "vitest"
import { type Explain, sourceStack } from "../src/dev/SourceStack.ts"

const folder = fileURLToPath(new URL("../../create-alga-extension/template", import.meta.url))
let explain: Explain
let called: string

beforeAll(async () => {
  const entry = `${folder}/src/component.ts`
  const { bundle } = await prepareComponent({ entry })
  explain = sourceStack(folder, entry, bundle)
  const lines = bundle.script.split("\n")
  const row = lines.findIndex((line) => line.includes('query.text("search")'))
  called = `${row + 1}:${(lines[row]?.indexOf("query.text") ?? 0) + 1}`
})

describe("sourceStack", () => {
  it.each(["at handle (/main.js:PLACE)", "handle@main.js:PLACE"])("names the source of a frame such as %s", (frame) => {
    expect(explain(frame.replace("PLACE", called))).toMatch(/src\/handler\.ts:\d+:\d+/)
  })

  it("leaves out the frames of libraries and of the engine", () => {
    const stack = [
      "TypeError: broken",
      "    at next (native)",
      "    at drain (/main.js:1:1)",
      "export_handler@/tmp/0/sources/initializer.js:6397:18"
    ]
    expect(explain(stack.join("\n"))).toBe("TypeError: broken")
  })

  it("leaves other text alone", () => {
    expect(explain("at the end (native)\nof main.js: 7 clients")).toBe("at the end (native)\nof main.js: 7 clients")
  })
})
