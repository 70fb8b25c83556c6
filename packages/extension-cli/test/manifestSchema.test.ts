import { readFile } from "node:fs/promises"
import { manifestSchema } from "@alga-psa/ext-extension-build"
import { expect, it } from "vitest"

it("ships the rules of the manifest as a schema for editors", async () => {
  const shipped = await readFile(new URL("../manifest.schema.json", import.meta.url), "utf8")
  expect(JSON.parse(shipped), "run `sdk:resources`").toEqual(JSON.parse(JSON.stringify(manifestSchema())))
})
