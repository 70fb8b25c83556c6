import { settingsReport } from "@alga-psa/ext-runner/SettingsSource"
import { assert, describe, it } from "@effect/vitest"
import { clusterOptionsOf } from "../src/ClusterSettings.ts"

const needed = {
  DATABASE_URL: "postgres://reader@db:5432/alga",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles",
  DATABASE_CLUSTER_URL: "postgres://cluster@db:5432/alga",
  ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: "a-secret-of-forty-characters-and-some-more"
}

const messageBytes = (environment: Record<string, string>): number => {
  const { problems, settings } = settingsReport({ ...needed, ...environment }, {})
  assert.deepStrictEqual(problems, [])
  const options = settings === null ? null : clusterOptionsOf(settings)
  assert(options !== null && "messageBytes" in options)
  return options.messageBytes
}

describe("a message between runners", () => {
  it("has room for the largest body of a request, and for that of a response in base64", () => {
    const response = 20_000_000
    const request = 50_000_000
    const large = { ALGA_EXTENSION_RUNNER_LIMIT_RESPONSE_BODY_BYTES: String(response) }
    const base64 = 4 * Math.ceil(response / 3)
    const rest = 1_000_000
    assert.isAtLeast(messageBytes(large), base64 + rest)
    assert.isAtLeast(messageBytes({ ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES: String(request) }), request + rest)
  })

  it("has a bound", () => {
    assert.isBelow(messageBytes({}), 64 * 1_048_576)
  })
})
