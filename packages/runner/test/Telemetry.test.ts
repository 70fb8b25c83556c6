import { assert, describe, it } from "@effect/vitest"
import type { Settings } from "../src/Settings.ts"
import { settingsReport } from "../src/SettingsSource.ts"
import { receiverOf } from "../src/Telemetry.ts"

const base = {
  DATABASE_URL: "postgres://user@localhost/db",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles"
}

/** Where traces, metrics and logs go, and with which headers. */
const receivers = (given: Readonly<Record<string, string>>) =>
  (["traces", "metrics", "logs"] as const).map((signal) => {
    const found = receiverOf(settingsReport({ ...base, ...given }, {}).settings as Settings, signal)
    return found === null ? null : `${found.url} ${JSON.stringify(found.headers)}`
  })

const all = { OTEL_METRICS_EXPORTER: "otlp", OTEL_LOGS_EXPORTER: "otlp" }

describe("where telemetry goes", () => {
  it("is nowhere until there is a receiver, and then only what is asked for", () => {
    assert.deepStrictEqual(receivers(all), [null, null, null])
    assert.deepStrictEqual(receivers({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" }), [
      "http://collector:4318/v1/traces {}",
      null,
      null
    ])
  })

  it("is an address of its own for each signal, as it is written, where there is one", () => {
    const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector/traces" }
    assert.deepStrictEqual(receivers({ ...all, ...traces }), ["http://collector/traces {}", null, null])
    assert.deepStrictEqual(receivers({ ...all, ...traces, OTEL_EXPORTER_OTLP_ENDPOINT: "http://other/base" }), [
      "http://collector/traces {}",
      "http://other/base/v1/metrics {}",
      "http://other/base/v1/logs {}"
    ])
  })

  it("has the headers of all, or those of its own in their place", () => {
    assert.deepStrictEqual(
      receivers({
        ...all,
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector",
        OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20YQ%3D%3D,x=1",
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: "y=2"
      }),
      [
        'http://collector/v1/traces {"Authorization":"Basic YQ==","x":"1"}',
        'http://collector/v1/metrics {"Authorization":"Basic YQ==","x":"1"}',
        'http://collector/v1/logs {"y":"2"}'
      ]
    )
  })

  it("is nowhere where all is switched off, or this signal is", () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector" }
    assert.deepStrictEqual(receivers({ ...all, ...endpoint, OTEL_SDK_DISABLED: "true" }), [null, null, null])
    assert.deepStrictEqual(receivers({ ...endpoint, OTEL_TRACES_EXPORTER: "none" }), [null, null, null])
  })
})
