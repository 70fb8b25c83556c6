import { hostname } from "node:os"
import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { ConfigProvider, Duration, Effect, Layer, Logger, Metric, Redacted, Tracer } from "effect"
import { FetchHttpClient, HttpClient, HttpMiddleware, UrlParams } from "effect/http"
import { OtlpExporter, OtlpLogger, OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"
import manifest from "../package.json" with { type: "json" }
import { ofLibrary } from "./internal/http/ownMetrics.ts"
import { spanName } from "./internal/http/spanName.ts"
import { innermostCause } from "./internal/innermostCause.ts"
import { sampledTracer } from "./internal/sampler.ts"
import { pairsOf } from "./internal/telemetrySettings.ts"
import { withoutNulls } from "./internal/withoutNulls.ts"
import { plainLine } from "./LogLine.ts"
import type { Settings } from "./Settings.ts"

const signals = ["traces", "metrics", "logs"] as const

/** The signals that can be sent to an OTLP receiver. */
export type Signal = (typeof signals)[number]

const unobserved = new Set(["/healthz", "/readyz", "/metrics"])

/** Requests of probes and scrapers make no span; those of others are named by their route, and hold no value of a query. */
export const layerServerSpans: Layer.Layer<never> = Layer.mergeAll(
  Layer.succeed(HttpMiddleware.TracerDisabledWhen, ({ url }) => unobserved.has(url.split("?")[0] ?? "")),
  Layer.succeed(HttpMiddleware.SpanNameGenerator, spanName),
  Layer.succeed(UrlParams.CurrentRedactedNames, [/^/])
)

const nameOf = (signal: Signal) => signal.toUpperCase() as Uppercase<Signal>

/** Where a signal goes after these settings, and with what; null where it goes nowhere. */
export const receiverOf = (settings: Settings, signal: Signal) => {
  const name = nameOf(signal)
  const base = settings.OTEL_EXPORTER_OTLP_ENDPOINT
  const own = settings[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`]
  const url = own ?? (base === undefined ? null : `${base.replace(/\/+$/, "")}/v1/${signal}`)
  if (url === null || settings.OTEL_SDK_DISABLED === "true" || settings[`OTEL_${name}_EXPORTER`] === "none") return null
  const headers = settings[`OTEL_EXPORTER_OTLP_${name}_HEADERS`] ?? settings.OTEL_EXPORTER_OTLP_HEADERS
  return {
    url,
    headers: Object.fromEntries(headers === undefined ? [] : (pairsOf(Redacted.value(headers)) ?? [])),
    compression: settings.OTEL_EXPORTER_OTLP_COMPRESSION,
    shutdownTimeout: Duration.seconds(3),
    resource: {
      serviceName: settings.OTEL_SERVICE_NAME,
      serviceVersion: manifest.version,
      attributes: {
        // What tells the runners of a cluster apart.
        "service.instance.id": `${hostname()}-${process.pid}`,
        ...Object.fromEntries(pairsOf(settings.OTEL_RESOURCE_ATTRIBUTES ?? "") ?? [])
      }
    }
  }
}

const traces = (settings: Settings) => {
  const receiver = receiverOf(settings, "traces")
  if (receiver === null) return Layer.empty
  return Layer.effect(
    Tracer.Tracer,
    Effect.map(OtlpTracer.make({ ...receiver, exportInterval: "5 seconds" }), (tracer) =>
      sampledTracer(tracer, settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG ?? 1)
    )
  )
}

type Registered = Metric.MetricRegistry extends Map<string, infer One> ? One : never

/** The metrics of this program, without those that a library counts of itself. */
class OwnMetrics extends Map<string, Registered> {
  readonly #all: Metric.MetricRegistry

  constructor(all: Metric.MetricRegistry) {
    super()
    this.#all = all
  }

  override values() {
    return [...this.#all.values()].filter(({ id }) => !ofLibrary(id)).values()
  }
}

const metrics = (settings: Settings) => {
  const receiver = receiverOf(settings, "metrics")
  if (receiver === null) return Layer.empty
  const interval = Duration.millis(settings.OTEL_METRIC_EXPORT_INTERVAL)
  return Layer.effectDiscard(
    Effect.flatMap(Metric.MetricRegistry, (registry) =>
      Effect.provideService(
        OtlpMetrics.make({ ...receiver, exportInterval: interval }),
        Metric.MetricRegistry,
        new OwnMetrics(registry)
      )
    )
  )
}

const logs = (settings: Settings) => {
  const receiver = receiverOf(settings, "logs")
  if (receiver === null) return Layer.empty
  const plain = Effect.map(OtlpLogger.make({ ...receiver, excludeLogSpans: true }), (logger) =>
    Logger.make<unknown, void>((options) => logger.log(withoutNulls(plainLine(options))))
  )
  return Logger.layer([plain], { mergeWithExisting: true })
}

const requests = (attributes: Readonly<Record<string, string>>) =>
  Metric.counter("alga_extension_otlp_requests_total", {
    description:
      "Requests to OTLP receivers: taken, refused (the receiver answers 4xx or 5xx), or failed (it does not answer)",
    incremental: true,
    attributes
  })
const outcomes = ["taken", "refused", "failed"] as const
const requestsOf = Object.fromEntries(
  signals.map((signal) => [signal, labelled((outcome) => requests({ ...outcome, signal }), "outcome", outcomes)])
) as Readonly<Record<Signal, ReturnType<typeof labelled<Metric.CounterState<number>>>>>

/** What the log says of a receiver: nothing of its path, which may hold a token. */
const partsOf = (settings: Settings, url: string) => ({
  receiver: url.split("/", 3).join("/"),
  signal: signals.filter((signal) => receiverOf(settings, signal)?.url === url).join(" ")
})

/** Counts requests, and says once that a receiver does not take what it is sent, and once that it takes it again. */
const layerClient = (settings: Settings) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) => {
      const away = new Set<string>()
      const note = (url: string, fault: string | null) =>
        Effect.suspend(() => {
          if (away.has(url) === (fault !== null)) return Effect.void
          if (fault === null) away.delete(url)
          else away.add(url)
          return Effect.annotateLogs(
            fault === null
              ? Effect.logInfo("the OTLP receiver accepts data again")
              : Effect.logWarning("the OTLP receiver does not accept data"),
            { ...partsOf(settings, url), ...(fault === null ? {} : { fault }) }
          )
        })
      const count = (url: string, outcome: (typeof outcomes)[number]) => {
        const signal = signals.find((one) => receiverOf(settings, one)?.url === url)
        return signal === undefined ? Effect.void : Metric.update(requestsOf[signal].of(outcome), 1)
      }
      return HttpClient.transform(client, (sent, { url }) =>
        sent.pipe(
          Effect.tap(({ status }) => count(url, status < 400 ? "taken" : "refused")),
          Effect.tap(({ status }) => note(url, status < 400 ? null : `it answers ${status}`)),
          Effect.tapError((error) => Effect.andThen(count(url, "failed"), note(url, innermostCause(error))))
        )
      )
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))

/** What writes to OTLP receivers, as the settings say, whatever is sent. */
const layerExporter = (settings: Settings) =>
  Layer.mergeAll(
    settings.OTEL_EXPORTER_OTLP_PROTOCOL === "http/json"
      ? OtlpSerialization.layerJson
      : OtlpSerialization.layerProtobuf,
    layerClient(settings),
    OtlpExporter.layerFlusher,
    // What the environment says was read with the settings.
    ConfigProvider.layer(ConfigProvider.fromUnknown({}))
  )

/**
 * Sends to OTLP receivers, in batches, what the settings say; what is left is sent when the runner ends. If a receiver
 * is unreachable, only the data for it is lost. A span holds statements without their parameters.
 */
export const layer = (settings: Settings): Layer.Layer<never> =>
  Layer.mergeAll(
    traces(settings),
    metrics(settings),
    logs(settings),
    Layer.effectDiscard(atZero(signals.flatMap((signal) => requestsOf[signal].all)))
  ).pipe(Layer.provide(layerExporter(settings)))
