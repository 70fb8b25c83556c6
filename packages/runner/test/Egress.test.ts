import { assert, describe, it } from "@effect/vitest"
import { egressPort, layersOfEgress } from "../src/Egress.ts"
import { settingsReport } from "../src/SettingsSource.ts"

const needed = {
  DATABASE_URL: "postgres://db/alga",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles"
}
const prefix = "ALGA_EXTENSION_RUNNER_EGRESS"
const read = (change: Readonly<Record<string, string>>) => settingsReport({ ...needed, ...change }, {})

describe("Requests to the outside", () => {
  it.each([{}, { EXT_EGRESS_ALLOWLIST: " " }, { EXT_EGRESS_ALLOWLIST: ",," }])(
    "are denied where no host is listed: %j",
    (change) => {
      assert.deepStrictEqual(egressPort(read(change).values), {
        port: "http",
        open: false,
        why: "EXT_EGRESS_ALLOWLIST is not set"
      })
      const { settings } = read(change)
      assert(settings !== null)
      assert.deepStrictEqual(layersOfEgress(settings), [])
    }
  )

  it("are open to the hosts of the list, each with its scheme and port", () => {
    const { values } = read({ EXT_EGRESS_ALLOWLIST: "API.example.com, http://a.test:81" })
    assert.deepStrictEqual(egressPort(values), {
      port: "http",
      open: true,
      why: "to https://api.example.com:443, http://a.test:81"
    })
  })

  it.each([
    ["EXT_EGRESS_ALLOWLIST", "a.test, *.secret.test", "entry 2 is invalid"],
    [`${prefix}_PRIVATE_ADDRESSES`, "10.0.0.1/8", "entry 1 is invalid"],
    [`${prefix}_PROXY`, "user:secret@proxy", "must be a URL"],
    [`${prefix}_PROXY`, "http://secret/path", "must be a URL"],
    [`${prefix}_TIMEOUT`, "99 millis", "must be 100 millis or longer"],
    [`${prefix}_REQUESTS`, "0", "must be"]
  ])("stop the start where %s is wrong: %s", (name, value, why) => {
    const { problems } = read({ [name]: value })
    assert.lengthOf(problems, 1)
    assert.include(problems[0], why)
    assert.include(problems[0], name)
    assert.notInclude(problems[0], "secret")
  })

  it("have a proxy that is not shown", () => {
    const proxy = { [`${prefix}_PROXY`]: "http://user:secret@proxy:3128" }
    const { problems, readings } = read(proxy)
    assert.deepStrictEqual(problems, [])
    assert.strictEqual(readings.find(({ name }) => name === `${prefix}_PROXY`)?.shown, "<redacted>")
  })
})
