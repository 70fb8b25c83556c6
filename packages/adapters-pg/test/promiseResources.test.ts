import { readFileSync } from "node:fs"
import { resources } from "@alga-psa/ext-domain"
import { assert, it } from "vitest"
import { promiseTypes } from "../scripts/promiseTypes.ts"

it("the types of plain reads are the domain's: run `sdk:resources`", () => {
  const file = new URL("../src/promise/Resources.ts", import.meta.url)
  assert.strictEqual(readFileSync(file, "utf8"), promiseTypes(resources))
})
