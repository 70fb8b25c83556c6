import { assert, describe, it } from "@effect/vitest"
import { aboutSetting } from "../src/Settings.ts"
import { settingsReport } from "../src/SettingsSource.ts"

const base = {
  DATABASE_URL: "postgres://user@localhost/db",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles"
}
const problems = (given: Readonly<Record<string, string>>) => settingsReport({ ...base, ...given }, {}).problems
const warnings = (given: Readonly<Record<string, string>>) => settingsReport({ ...base, ...given }, {}).warnings

const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }

describe("the settings of OpenTelemetry", () => {
  it("take what its own names stand for, and name what this runner cannot do", () => {
    for (const given of [
      { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20YTpi,x-scope=one" },
      { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.05" },
      { OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" },
      { OTEL_RESOURCE_ATTRIBUTES: "service.namespace=psa,deployment.environment.name=live%20one" }
    ]) {
      assert.deepStrictEqual(problems(given), [])
    }
    for (const given of [
      { OTEL_EXPORTER_OTLP_HEADERS: "authorization" },
      { OTEL_EXPORTER_OTLP_HEADERS: "a b=c" },
      { OTEL_EXPORTER_OTLP_HEADERS: "a=%0d%0ab" },
      { OTEL_EXPORTER_OTLP_HEADERS: "a=%" },
      { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      { OTEL_TRACES_EXPORTER: "zipkin" },
      { OTEL_TRACES_SAMPLER: "jaeger_remote" },
      { OTEL_TRACES_SAMPLER_ARG: "1.5" },
      { OTEL_RESOURCE_ATTRIBUTES: "a=%E0" },
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://user:pass@collector" }
    ]) {
      assert.lengthOf(problems(given), 1, JSON.stringify(given))
    }
  })

  it("show no byte of a header, right or wrong", () => {
    for (const text of ["authorization=hush", "hush"]) {
      const { problems, readings } = settingsReport({ ...base, OTEL_EXPORTER_OTLP_HEADERS: text }, {})
      const about = readings.find(({ name }) => name === "OTEL_EXPORTER_OTLP_HEADERS")
      assert.notInclude(JSON.stringify([about, problems]), "hush")
    }
    assert.isTrue(aboutSetting("OTEL_EXPORTER_OTLP_LOGS_HEADERS").secret)
  })

  it("warn of those that are set and have no effect, each by its name", () => {
    const cases: ReadonlyArray<readonly [Readonly<Record<string, string>>, RegExp]> = [
      [{ ...collector, OTEL_PROPAGATORS: "b3" }, /^OTEL_PROPAGATORS is set and has no effect here$/],
      [{ OTEL_METRICS_EXPORTER: "otlp" }, /^OTEL_METRICS_EXPORTER is otlp and has no effect: .*ENDPOINT is not set$/],
      [{ OTEL_EXPORTER_OTLP_HEADERS: "a=b" }, /^OTEL_EXPORTER_OTLP_HEADERS is set and has no effect: .*is not set$/],
      [
        { ...collector, OTEL_EXPORTER_OTLP_LOGS_HEADERS: "a=b" },
        /^OTEL_EXPORTER_OTLP_LOGS_HEADERS .*_EXPORTER is not otlp$/
      ],
      [
        { OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=b", OTEL_TRACES_EXPORTER: "" },
        /^OTEL_EXPORTER_OTLP_TRACES_HEADERS is set and has no effect: OTEL_EXPORTER_OTLP_ENDPOINT is not set$/
      ],
      [
        { OTEL_EXPORTER_OTLP_HEADERS_FILE: "/run/secrets/headers" },
        /^OTEL_EXPORTER_OTLP_HEADERS_FILE is set and has no effect: .*ENDPOINT is not set$/
      ],
      [
        { ...collector, OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector/traces" },
        /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT .*: OTEL_TRACES_EXPORTER is not otlp$/
      ],
      [
        { ...collector, OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE: "/run/secrets/headers" },
        /^OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE .*: OTEL_TRACES_EXPORTER is not otlp$/
      ],
      [{ ...collector, OTEL_TRACES_SAMPLER_ARG: "0.5" }, /^OTEL_TRACES_SAMPLER_ARG .*OTEL_TRACES_SAMPLER has no ratio$/]
    ]
    for (const [given, warning] of cases) {
      const told = warnings(given)
      assert.lengthOf(told, 1, JSON.stringify(given))
      assert.match(told[0] ?? "", warning)
    }
  })

  it("warn of none that has an effect, and of nothing where all is switched off", () => {
    for (const given of [
      { ...collector, OTEL_METRICS_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_METRICS_HEADERS: "a=b" },
      { ...collector, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.5" },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector/v1/traces", OTEL_EXPORTER_OTLP_HEADERS: "a=b" },
      { ...collector, OTEL_EXPORTER_OTLP_HEADERS_FILE: "/run/secrets/headers" },
      { ...collector, OTEL_TRACES_EXPORTER: "", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=b" },
      { OTEL_SDK_DISABLED: "true", OTEL_PROPAGATORS: "b3", OTEL_LOGS_EXPORTER: "otlp" }
    ]) {
      assert.deepStrictEqual(warnings(given), [], JSON.stringify(given))
    }
  })
})
