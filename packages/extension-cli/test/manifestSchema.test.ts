import { manifestSchema } from "@alga-psa/ext-extension-build"
import { expect, it } from "vitest"

it("ships the rules of the manifest as a schema for editors", async () => {
  await expect(`${JSON.stringify(manifestSchema(), null, 2)}\n`).toMatchFileSnapshot("../manifest.schema.json")
})
