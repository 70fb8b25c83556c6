import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Redacted } from "effect"
import { aboutSetting, httpOptionsOf, limitsOf, sandboxOptionsOf, settingNames, tokensOf } from "../src/Settings.ts"
import { settingsReport } from "../src/SettingsSource.ts"

const needed = {
  DATABASE_URL: "postgres://reader:very-secret@db:5432/alga",
  RUNNER_SERVICE_TOKEN: "also-secret-0123",
  BUNDLE_STORE_BASE: "/bundles"
}

const settings = (environment: Record<string, string>, file: Record<string, string> = {}) => {
  const report = settingsReport({ ...needed, ...environment }, file)
  assert.deepStrictEqual(report.problems, [])
  if (report.settings === null) throw new Error("no settings")
  return report.settings
}

const problems = (environment: Record<string, string>, file: Record<string, string> = {}) =>
  settingsReport({ ...needed, ...environment }, file).problems

describe("Settings", () => {
  it("keep an answer for a minute at least, so that who waits for it finds it", () => {
    assert.strictEqual(Duration.toMinutes(settings({ IDEMPOTENCY_WINDOW: "1 minute" }).IDEMPOTENCY_WINDOW), 1)
    for (const window of ["0 seconds", "59 seconds", "59999 millis"]) {
      assert.deepStrictEqual(problems({ IDEMPOTENCY_WINDOW: window }), [
        "IDEMPOTENCY_WINDOW must be 1 minute or longer (from the environment)"
      ])
    }
  })

  it("have defaults for everything that need not be set", () => {
    const read = settings({})
    assert.strictEqual(read.PORT, 8080)
    assert.strictEqual(read.HOST, "127.0.0.1")
    assert.strictEqual(Duration.toMillis(read.DATABASE_STATEMENT_TIMEOUT), 5_000)
    assert.deepStrictEqual(limitsOf(read), defaultLimits)
  })

  it("are the sandbox's own numbers where they are set, and leave those out that follow from others", () => {
    const { concurrencyPerInstall, ...options } = sandboxOptionsOf(
      settings({
        ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_TENANT: "3",
        ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_MB: "7"
      })
    )
    assert.isUndefined(concurrencyPerInstall)
    assert.deepInclude(options, { concurrencyPerTenant: 3, idleMb: 7, queueLength: 128, confinement: "auto" })
  })

  it("are what the server listens on and is bounded by, each of them", () => {
    const prefix = "ALGA_EXTENSION_RUNNER"
    const set = {
      HOST: "0.0.0.0",
      PORT: "81",
      [`${prefix}_HTTP_BODY_BYTES`]: "1048577",
      [`${prefix}_HTTP_BODIES_BYTES`]: "1048579",
      [`${prefix}_HTTP_HEADER_BYTES`]: "4097",
      [`${prefix}_HTTP_HEADERS_TIMEOUT`]: "1 second",
      [`${prefix}_HTTP_REQUEST_TIMEOUT`]: "2 seconds",
      [`${prefix}_HTTP_KEEP_ALIVE`]: "3 seconds",
      [`${prefix}_HTTP_ANSWER_TIMEOUT`]: "4 seconds",
      [`${prefix}_HTTP_ANSWER_BYTES`]: "1048578",
      [`${prefix}_HTTP_CONNECTIONS`]: "9",
      [`${prefix}_UI_FRAME_ANCESTORS`]: "https://app.example",
      [`${prefix}_HTTP_REUSE_PORT`]: "on",
      [`${prefix}_FAILURE_STATUS`]: "200"
    }
    assert.deepStrictEqual(httpOptionsOf(settings(set)), {
      host: "0.0.0.0",
      port: 81,
      bodyBytes: 1_048_577,
      serves: "everything",
      headerBytes: 4_097,
      headersTimeout: Duration.seconds(1),
      requestTimeout: Duration.seconds(2),
      keepAliveTimeout: Duration.seconds(3),
      answerTimeout: Duration.seconds(4),
      answerBytes: 1_048_578,
      bodiesBytes: 1_048_579,
      maxConnections: 9,
      frameAncestors: "https://app.example",
      failureStatus: "200",
      readsToken: null,
      reusePort: true
    })
  })

  it("take the environment before the file, and the file before the default", () => {
    const file = { PORT: "1", DATABASE_MAX_CONNECTIONS: "3" }
    const read = settings({ PORT: "2" }, file)
    assert.deepStrictEqual([read.PORT, read.DATABASE_MAX_CONNECTIONS, read.HOST], [2, 3, "127.0.0.1"])
    const sources = settingsReport({ ...needed, PORT: "2" }, file).readings.map(({ name, source }) => [name, source])
    assert.includeDeepMembers(sources, [
      ["PORT", "environment"],
      ["DATABASE_MAX_CONNECTIONS", "file"],
      ["HOST", "default"],
      ["RUNNER_SERVICE_TOKEN_PREVIOUS", "not set"]
    ])
  })

  it("treat a blank value as not set", () => {
    assert.strictEqual(settings({ PORT: " " }, { PORT: "9" }).PORT, 9)
    assert.match(problems({ DATABASE_URL: "" }).join(), /^DATABASE_URL is not set: /)
  })

  it("name every missing and invalid one at once, with what was expected and without the value", () => {
    const found = settingsReport(
      {
        DATABASE_URL: "mysql://very-secret",
        PORT: "99999",
        DATABASE_STATEMENT_TIMEOUT: "soon",
        ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB: "100000"
      },
      {}
    ).problems
    assert.deepStrictEqual(found, [
      "PORT must be 0 to 65535 (from the environment)",
      "DATABASE_URL must be a URL such as postgres://user:password@host:5432/name (from the environment)",
      "DATABASE_STATEMENT_TIMEOUT must be a duration such as 5 seconds (from the environment)",
      `BUNDLE_STORE_BASE is not set: ${aboutSetting("BUNDLE_STORE_BASE").description}`,
      "ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB must be 1 to 512 MiB (from the environment)",
      "RUNNER_SERVICE_TOKEN is not set: set it, or set RUNNER_SERVICE_TOKEN_CHECK=off to accept every caller"
    ])
  })

  it("take durations in words and in letters, within what a timer can hold", () => {
    for (const [text, millis] of [
      ["5 seconds", 5_000],
      ["5s", 5_000],
      ["200 millis", 200],
      ["200ms", 200],
      ["2m", 120_000],
      ["1 h", 3_600_000],
      ["1d", 86_400_000]
    ] as const) {
      assert.strictEqual(
        Duration.toMillis(settings({ DATABASE_STATEMENT_TIMEOUT: text }).DATABASE_STATEMENT_TIMEOUT),
        millis
      )
    }
    for (const text of ["5", "s", "5 parsecs", "-5s", "1.5s", "5S", "999999999999s", "5  seconds"]) {
      assert.match(problems({ DATABASE_STATEMENT_TIMEOUT: text }).join(), /must be a duration such as 5 seconds/, text)
    }
    assert.match(problems({ DATABASE_STATEMENT_TIMEOUT: "0s" }).join(), /must be 1 millis or longer/)
    assert.match(problems({ DATABASE_STATEMENT_TIMEOUT: "30 days" }).join(), /must be 1 day at most/)
    assert.match(problems({ ALGA_EXTENSION_RUNNER_HTTP_KEEP_ALIVE: "25 days" }).join(), /must be 24 days at most/)
    assert.match(problems({ IDEMPOTENCY_WINDOW: "999999999 days" }).join(), /must be 3650 days at most/)
    assert.deepStrictEqual(problems({ ALGA_EXTENSION_RUNNER_STOP_DELAY: "0s" }), [])
  })

  it("take no token that could be guessed, or that a header cannot hold", () => {
    for (const name of ["RUNNER_SERVICE_TOKEN", "RUNNER_SERVICE_TOKEN_PREVIOUS", "ALGA_EXTENSION_RUNNER_READS_TOKEN"]) {
      for (const token of [
        "x",
        "x".repeat(15),
        `${"x".repeat(20)}\n`,
        "é".repeat(20),
        `${"x".repeat(10)} ${"x".repeat(10)}`
      ]) {
        assert.deepStrictEqual(problems({ [name]: token }), [
          `${name} must be 16 to 4096 visible ASCII characters (from the environment)`
        ])
      }
      assert.deepStrictEqual(problems({ [name]: "x".repeat(16) }), [])
    }
  })

  it("take a store of bundles that can be found from anywhere, without a user, a query or another scheme", () => {
    for (const base of ["/bundles", "file:///bundles", "http://store:9000/a", "https://store.example/a/"]) {
      assert.deepStrictEqual(problems({ BUNDLE_STORE_BASE: base }), [], base)
    }
    const wrong = [
      "s3://bucket",
      "bundles",
      "./b",
      "https://u:hush@store/a",
      "https://store/a?sig=hush",
      "http://u:h/ush@b",
      "http://"
    ]
    for (const base of wrong) {
      const { problems, readings } = settingsReport({ ...needed, BUNDLE_STORE_BASE: base }, {})
      assert.lengthOf(problems, 1, base)
      assert.strictEqual(readings.find(({ name }) => name === "BUNDLE_STORE_BASE")?.shown, "<redacted>")
    }
  })

  it("take an IPv6 address with brackets and without, and no address with blanks", () => {
    assert.strictEqual(httpOptionsOf(settings({ HOST: "[::1]" })).host, "::1")
    assert.strictEqual(httpOptionsOf(settings({ HOST: "::" })).host, "::")
    for (const HOST of ["0.0.0.0 ", "a b", "http://host", "[a"]) assert.lengthOf(problems({ HOST }), 1, HOST)
  })

  it("refuse numbers in other spellings", () => {
    for (const PORT of ["80a", "-1", "1.5", "0x50", "1e3", "NaN"]) {
      assert.deepStrictEqual(problems({ PORT }), ["PORT must be a whole number, 0 to 65535 (from the environment)"])
    }
  })

  it("refuse unknown names in the file, and in the environment those of the runner's own prefix", () => {
    assert.match(problems({}, { PROT: "80" }).join(), /^PROT is not a setting/)
    assert.match(problems({ ALGA_EXTENSION_RUNNER_LIMIT_MEMROY_MB: "1" }).join(), /is not a setting/)
    assert.deepStrictEqual(problems({ LANG: "C", RUNNER_OS: "Linux" }), [])
  })

  it("ignore what Kubernetes says about a service of the runner's name", () => {
    const service = {
      ALGA_EXTENSION_RUNNER_SERVICE_HOST: "10.0.0.1",
      ALGA_EXTENSION_RUNNER_SERVICE_PORT_HTTP: "80",
      ALGA_EXTENSION_RUNNER_PORT: "tcp://10.0.0.1:80",
      ALGA_EXTENSION_RUNNER_PORT_80_TCP_ADDR: "10.0.0.1",
      ALGA_EXTENSION_RUNNER_CONFIG: "/etc/runner.json"
    }
    assert.deepStrictEqual(problems(service), [])
  })

  it("are secret where their name says so, with few exceptions", () => {
    const telling = /URL|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|KEY|PRIVATE/
    const exceptions = {
      RUNNER_SERVICE_TOKEN_CHECK: "on or off",
      AWS_ACCESS_KEY_ID: "names a key, and goes with each request in plain",
      STORAGE_API_BASE_URL: "an address, which holds no user",
      REGISTRY_BASE_URL: "an address, which holds no user",
      UI_PROXY_BASE_URL: "an address, which holds no user",
      ALGA_VAULT_TOKEN_FILE: "where the token is",
      ALGA_EXTENSION_RUNNER_TRIGGER_SECRETS: "on or off",
      ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: "addresses"
    }
    assert.deepStrictEqual(
      settingNames.filter((name) => telling.test(name) && !aboutSetting(name).secret),
      settingNames.filter((name) => name in exceptions)
    )
  })

  it("show no byte of a secret, and no password within an address, whatever is set, right or wrong", () => {
    const texts = [
      "hush-hush-hush-hush-hush-hush-hush-hush",
      "postgres://reader:hush@db:5432/alga",
      "https://hush@store.example/bucket",
      "https://user:hush@store.example/bucket",
      "https://user:hu%20sh:hush@store.example",
      "HTTP://hush:@h"
    ]
    for (const name of settingNames) {
      for (const text of texts) {
        const isAddress = text.includes("://")
        for (const report of [settingsReport({ [name]: text }, {}), settingsReport({}, { [name]: text })]) {
          const { problems, readings } = report
          const reading = readings.find((one) => one.name === name)
          if (isAddress || aboutSetting(name).secret) {
            assert.notMatch(JSON.stringify([reading, problems]), /hush|hu%20sh/, `${name}=${text}`)
          }
          if (aboutSetting(name).secret) assert.strictEqual(reading?.shown, "<redacted>", name)
        }
      }
    }
  })

  it("take no address that holds a user or password, except of a database", () => {
    for (const name of [
      "BUNDLE_STORE_BASE",
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_API"
    ]) {
      assert.deepStrictEqual(problems({ [name]: "https://host.example" }), [], name)
      assert.lengthOf(problems({ [name]: "https://user:hush@host.example" }), 1, name)
      assert.lengthOf(problems({ [name]: "https://user@host.example" }), 1, name)
    }
  })

  it("take origins that may frame a page, and nothing that ends the directive or begins another policy", () => {
    const name = "ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS"
    for (const origins of ["'self'", "'none'", "https://app.example https://*.other.example:8443", "*"]) {
      assert.deepStrictEqual(problems({ [name]: origins }), [], origins)
    }
    for (const origins of ["'self'; script-src *", "https://a, https://b", "a\r\nx: y", "a\tb", "é"]) {
      assert.lengthOf(problems({ [name]: origins }), 1, origins)
    }
  })

  it("take the product's name for who may frame a page, which goes before ours", () => {
    const ours = { ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS: "https://ours.example" }
    const product = { EXT_UI_FRAME_ANCESTORS: "https://product.example" }
    const counted = [{}, ours, product, { ...ours, ...product }].map(
      (set) => httpOptionsOf(settings(set)).frameAncestors
    )
    assert.deepStrictEqual(counted, [
      "'self'",
      "https://ours.example",
      "https://product.example",
      "https://product.example"
    ])
    assert.lengthOf(problems({ EXT_UI_FRAME_ANCESTORS: "'self'; script-src *" }), 1)
  })

  it("say of each what it is for and its unit", () => {
    for (const name of settingNames) {
      const { description, unit } = aboutSetting(name)
      assert.match(description, /\.$/, name)
      assert.notStrictEqual(unit, "", name)
    }
  })

  it("keep each duration in the range that they show, or in that of a timer where they show none", () => {
    const durations = settingNames.filter((name) => aboutSetting(name).unit === "duration")
    const ranges = durations.flatMap((name) => {
      const { range } = aboutSetting(name)
      return range === "" ? [] : [`${name}: ${range}`]
    })
    assert.includeMembers(ranges, [
      "DATABASE_CONNECT_TIMEOUT: 1 millis to 10 minutes",
      "IDEMPOTENCY_WINDOW: 1 minute to 3650 days",
      "ALGA_EXTENSION_RUNNER_ACCESS_RETENTION: 31 days to 3650 days"
    ])
    for (const name of durations) {
      const range = aboutSetting(name).range || "1 millis to 24 days"
      const [least = "", most = ""] = range.split(" to ")
      for (const end of [least, most]) assert.deepStrictEqual(problems({ [name]: end }), [], `${name} ${end}`)
      const beyond = most.replace(/\d+/, (number) => String(Number(number) + 1))
      assert.match(problems({ [name]: beyond }).join(), new RegExp(`^${name} must be ${most} at most`))
      if (least !== "0 seconds") {
        assert.match(problems({ [name]: "0 seconds" }).join(), new RegExp(`^${name} must be ${least} or longer`))
      }
    }
  })
})

describe("tokens", () => {
  const valid = (environment: Record<string, string>) => tokensOf(settings(environment))?.map(Redacted.value) ?? null

  it("are one, or two while they change", () => {
    assert.deepStrictEqual(valid({}), ["also-secret-0123"])
    assert.deepStrictEqual(valid({ RUNNER_SERVICE_TOKEN_PREVIOUS: "the-old-token-01" }), [
      "also-secret-0123",
      "the-old-token-01"
    ])
  })

  it("are none only where the check is switched off by name", () => {
    assert.isNull(valid({ RUNNER_SERVICE_TOKEN_CHECK: "off" }))
    assert.match(problems({ RUNNER_SERVICE_TOKEN: "  " }).join(), /^RUNNER_SERVICE_TOKEN is not set/)
    assert.match(
      problems({ RUNNER_SERVICE_TOKEN_CHECK: "false" }).join(),
      /^RUNNER_SERVICE_TOKEN_CHECK must be on or off/
    )
  })
})
