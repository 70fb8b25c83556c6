import { assert, describe, it } from "@effect/vitest"
import { settingsReport } from "../src/SettingsSource.ts"

const needed = { DATABASE_URL: "postgres://db/alga", RUNNER_SERVICE_TOKEN: "t", BUNDLE_STORE_BASE: "/bundles" }
const together = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both or neither"

describe("Credentials of a bundle store", () => {
  it("are a pair or none", () => {
    const pair = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" }
    assert.deepStrictEqual(settingsReport({ ...needed, ...pair }, {}).problems, [])
    assert.deepStrictEqual(settingsReport(needed, {}).problems, [])
  })

  it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("are not %s alone", (name) => {
    assert.deepStrictEqual(settingsReport({ ...needed, [name]: "x" }, {}).problems, [together])
    assert.deepStrictEqual(settingsReport(needed, { [name]: "x" }).problems, [together])
  })
})
