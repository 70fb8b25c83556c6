import { settingsReport } from "@alga-psa/ext-runner/SettingsSource"
import { assert, describe, it } from "@effect/vitest"
import { clusterOptionsOf } from "../src/ClusterSettings.ts"

const needed = {
  DATABASE_URL: "postgres://reader@db:5432/alga",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles",
  DATABASE_CLUSTER_URL: "postgres://cluster@db:5432/alga",
  ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: "a-secret-of-forty-characters-and-some-more",
  ALGA_EXTENSION_RUNNER_CLUSTER_HOST: "10.1.2.3"
}

describe("the address of a runner", () => {
  const hosted = (host: string | undefined) => {
    const { ALGA_EXTENSION_RUNNER_CLUSTER_HOST: _, ...others } = needed
    const given = host === undefined ? others : { ...others, ALGA_EXTENSION_RUNNER_CLUSTER_HOST: host }
    const { problems, settings } = settingsReport(given, {})
    assert.deepStrictEqual(problems, [])
    const options = settings === null ? null : clusterOptionsOf(settings)
    assert(options !== null)
    return "address" in options ? options.address.host : options.problems
  }

  it("is what the deployment says, loopback too", () => {
    assert.deepStrictEqual([hosted("10.1.2.3"), hosted("127.0.0.1")], ["10.1.2.3", "127.0.0.1"])
  })

  it("has no default, and is not one that every machine has", () => {
    const remedy =
      "give each runner the address at which the others reach it, 127.0.0.1 only where all are on one machine"
    assert.deepStrictEqual(hosted(undefined), [`ALGA_EXTENSION_RUNNER_CLUSTER_HOST is not set: ${remedy}`])
    const every = [
      "0.0.0.0",
      "::",
      "[::]",
      "*",
      "0",
      "0.0",
      "00.00.00.00",
      "0x0",
      "::0",
      "[::0]",
      "0:0:0:0:0:0:0:0",
      "::ffff:0.0.0.0"
    ]
    for (const host of every) {
      assert.deepStrictEqual(hosted(host), [`ALGA_EXTENSION_RUNNER_CLUSTER_HOST is every address: ${remedy}`])
    }
  })
})

const messageBytes = (environment: Record<string, string>): number => {
  const { problems, settings } = settingsReport({ ...needed, ...environment }, {})
  assert.deepStrictEqual(problems, [])
  const options = settings === null ? null : clusterOptionsOf(settings)
  assert(options !== null && "messageBytes" in options)
  return options.messageBytes
}

describe("a runner of a cluster", () => {
  it("needs a database of the cluster", () => {
    const { DATABASE_CLUSTER_URL: _, ...others } = needed
    const { settings } = settingsReport(others, {})
    const options = settings === null ? null : clusterOptionsOf(settings)
    assert(options !== null && "problems" in options)
    assert.deepStrictEqual(options.problems, ["DATABASE_CLUSTER_URL is not set: serve --cluster needs it"])
  })
})

describe("the limits of installs and tenants", () => {
  const limitsOf = (environment: Record<string, string>) => {
    const { settings } = settingsReport({ ...needed, ...environment }, {})
    const options = settings === null ? null : clusterOptionsOf(settings)
    assert(options !== null && "limits" in options)
    return options.limits
  }

  it("are what the deployment says, and none where it says nothing", () => {
    const none = { concurrency: null, rate: null }
    assert.deepStrictEqual(limitsOf({}), { install: none, tenant: none })
    const set = {
      ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_CONCURRENCY: "1",
      ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_RATE: "2",
      ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_CONCURRENCY: "3",
      ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_RATE: "4"
    }
    assert.deepStrictEqual(limitsOf(set), {
      install: { concurrency: 1, rate: 2 },
      tenant: { concurrency: 3, rate: 4 }
    })
  })
})

describe("bodies that runners hand on", () => {
  it("have half of the room for bodies", () => {
    const { settings } = settingsReport({ ...needed, ALGA_EXTENSION_RUNNER_HTTP_BODIES_BYTES: "104857601" }, {})
    const options = settings === null ? null : clusterOptionsOf(settings)
    assert(options !== null && "bodiesBytes" in options)
    assert.strictEqual(options.bodiesBytes, 52_428_800)
  })
})

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
