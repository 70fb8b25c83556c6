import { Result, Schema } from "effect"
import { number } from "./numberSettings.ts"
import { about } from "./settingAbout.ts"

const receiver = Schema.optional(
  Schema.String.check(
    Schema.isPattern(/^https?:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/, {
      message: "must be a URL such as http://collector:4318, without a user, a password or a query"
    })
  )
)

/** Pairs such as `name=value,other=value`, percent-encoded; null where the text is none. */
export const pairsOf = (text: string): ReadonlyArray<readonly [name: string, value: string]> | null => {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "")
  const decoded = pairs.map((pair) => {
    const [name = "", ...rest] = pair.split("=")
    return Result.try(() => [decodeURIComponent(name.trim()), decodeURIComponent(rest.join("=").trim())] as const)
  })
  const read = Result.getOrElse(Result.all(decoded), () => null)
  return read?.every(([name], index) => name !== "" && pairs[index]?.includes("=")) === true ? read : null
}

const pairs = (what: string, fits: (name: string, value: string) => boolean) =>
  Schema.String.check(
    Schema.makeFilter((text) => pairsOf(text)?.every(([name, value]) => fits(name, value)) === true, {
      message: `must be ${what} such as name=value,other=value`
    })
  )

const headers = Schema.optional(
  pairs("headers", (name, value) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)).pipe(
    Schema.RedactedFromValue
  )
)

const oneOf = <const Values extends ReadonlyArray<string>>(...values: Values) => {
  const written = values.join(" or ")
  return Schema.Literals(values).annotate({ message: `must be ${written}` })
}

/** How it is decided which traces are kept. */
export const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio"
] as const

const ratio = Schema.String.check(
  Schema.isPattern(/^(0|1|0?\.\d{1,15}|1\.0+|0\.0+)$/, { message: "must be a number from 0 to 1" })
).pipe(Schema.decodeTo(Schema.FiniteFromString))

const signals = ["TRACES", "METRICS", "LOGS"] as const
type Signal = (typeof signals)[number]

/** The settings of OpenTelemetry, by its own names. */
export const telemetryFields = {
  OTEL_SDK_DISABLED: oneOf("true", "false").pipe(
    about("true sends nothing to any OTLP receiver.", "true, false", { fallback: "false" })
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.pipe(
    about("The OTLP receiver (HTTP); /v1/traces, /v1/metrics and /v1/logs follow.", "URL")
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.pipe(about("The whole URL for traces; nothing is appended.", "URL")),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.pipe(about("The whole URL for metrics; nothing is appended.", "URL")),
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: receiver.pipe(about("The whole URL for log lines; nothing is appended.", "URL")),
  OTEL_EXPORTER_OTLP_HEADERS: headers.pipe(
    about("Headers for the receiver, such as name=value,other=value; percent-encoded.", "headers", { secret: true })
  ),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers.pipe(
    about("Headers for traces, in place of OTEL_EXPORTER_OTLP_HEADERS.", "headers", { secret: true })
  ),
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: headers.pipe(
    about("Headers for metrics, in place of OTEL_EXPORTER_OTLP_HEADERS.", "headers", { secret: true })
  ),
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: headers.pipe(
    about("Headers for log lines, in place of OTEL_EXPORTER_OTLP_HEADERS.", "headers", { secret: true })
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf("http/json", "http/protobuf").pipe(
    about("The encoding of sent data; grpc is not supported.", "http/json, http/protobuf", { fallback: "http/json" })
  ),
  OTEL_EXPORTER_OTLP_COMPRESSION: oneOf("none", "gzip").pipe(
    about("The compression of sent data.", "none, gzip", { fallback: "none" })
  ),
  OTEL_TRACES_EXPORTER: oneOf("otlp", "none").pipe(
    about("otlp sends traces if a receiver is set.", "otlp, none", { fallback: "otlp" })
  ),
  OTEL_METRICS_EXPORTER: oneOf("otlp", "none").pipe(
    about("otlp sends metrics too; /metrics has them either way.", "otlp, none", { fallback: "none" })
  ),
  OTEL_LOGS_EXPORTER: oneOf("otlp", "none").pipe(
    about("otlp sends log lines too; standard output has them either way.", "otlp, none", { fallback: "none" })
  ),
  OTEL_TRACES_SAMPLER: Schema.Literals(samplers)
    .annotate({ message: `must be one of ${samplers.join(", ")}` })
    .pipe(about("Which traces are sent.", samplers.join(", "), { fallback: "parentbased_always_on" })),
  OTEL_TRACES_SAMPLER_ARG: Schema.optional(ratio).pipe(
    about("The share of traces that a sampler with a ratio sends. Default: 1.", "share", { range: "0 to 1" })
  ),
  OTEL_METRIC_EXPORT_INTERVAL: number({
    purpose: "How often metrics are sent.",
    unit: "milliseconds",
    default: 60_000,
    least: 1_000,
    most: 3_600_000
  }),
  OTEL_RESOURCE_ATTRIBUTES: Schema.optional(pairs("attributes", () => true)).pipe(
    about("Attributes of this runner in all sent data, such as deployment.environment.name=live.", "attributes")
  ),
  OTEL_SERVICE_NAME: Schema.NonEmptyString.pipe(
    about("The name of this service in all sent data.", "text", { fallback: "alga-extension-runner" })
  )
}

type Texts = Readonly<Record<string, string | undefined>>

const isGiven = (texts: Texts, name: string): boolean => (texts[name] ?? "").trim() !== ""

/** OpenTelemetry settings without effect, and why. Empty if everything is switched off. */
export const telemetryWarnings = (given: Texts, isSetting: (name: string) => boolean): ReadonlyArray<string> => {
  if (given["OTEL_SDK_DISABLED"] === "true") return []
  const strangers = Object.keys(given)
    .filter((name) => name.startsWith("OTEL_") && isGiven(given, name) && !isSetting(name))
    .map((name) => `${name} is set and has no effect here`)
  const without = signals.filter(
    (signal) =>
      !isGiven(given, "OTEL_EXPORTER_OTLP_ENDPOINT") && !isGiven(given, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)
  )
  const away = without
    .filter((signal) => given[`OTEL_${signal}_EXPORTER`] === "otlp")
    .map((signal) => `OTEL_${signal}_EXPORTER is otlp and has no effect: OTEL_EXPORTER_OTLP_ENDPOINT is not set`)
  const firstGiven = (...names: ReadonlyArray<string>) => names.filter((name) => isGiven(given, name)).slice(0, 1)
  const isSent = (signal: Signal) => {
    const name = `OTEL_${signal}_EXPORTER`
    return given[name] === "otlp" || (signal === "TRACES" && !isGiven(given, name))
  }
  const unsent = signals
    .filter((signal) => !isSent(signal))
    .flatMap((signal) => {
      const own = `OTEL_EXPORTER_OTLP_${signal}`
      return firstGiven(`${own}_ENDPOINT`, `${own}_HEADERS`, `${own}_HEADERS_FILE`).map(
        (name) => `${name} is set and has no effect: OTEL_${signal}_EXPORTER is not otlp`
      )
    })
  const headers = [
    ...(without.length === signals.length ? ["OTEL_EXPORTER_OTLP"] : []),
    ...without.filter(isSent).map((signal) => `OTEL_EXPORTER_OTLP_${signal}`)
  ]
    .flatMap((of) => firstGiven(`${of}_HEADERS`, `${of}_HEADERS_FILE`))
    .map((name) => `${name} is set and has no effect: OTEL_EXPORTER_OTLP_ENDPOINT is not set`)
  const share =
    isGiven(given, "OTEL_TRACES_SAMPLER_ARG") && !(given["OTEL_TRACES_SAMPLER"] ?? "").endsWith("traceidratio")
      ? ["OTEL_TRACES_SAMPLER_ARG is set and has no effect: OTEL_TRACES_SAMPLER has no ratio"]
      : []
  return [...strangers, ...away, ...unsent, ...headers, ...share]
}
