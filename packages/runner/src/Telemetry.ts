import { Layer } from "effect"
import { FetchHttpClient, HttpMiddleware } from "effect/http"
import { type OtlpExporter, OtlpSerialization, OtlpTracer } from "effect/observability"

/** Where traces go. */
export interface TelemetryOptions {
  /** The base of an OTLP receiver over HTTP, such as `http://collector:4318`. */
  readonly endpoint: string
  readonly serviceName: string
  readonly serviceVersion: string
}

const unobserved = new Set(["/healthz", "/readyz", "/metrics"])

/** Requests of probes and scrapers make no span. */
export const layerQuietProbes: Layer.Layer<never> = Layer.succeed(HttpMiddleware.TracerDisabledWhen, ({ url }) =>
  unobserved.has(url.split("?")[0] ?? "")
)

/**
 * Sends spans to an OTLP receiver, as JSON, in batches; what is left is sent when the runner ends. A receiver that is
 * away costs spans and nothing else. A span holds statements without their parameters.
 */
export const layer = ({ endpoint, serviceName, serviceVersion }: TelemetryOptions): Layer.Layer<OtlpExporter.Flusher> =>
  OtlpTracer.layer({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    resource: { serviceName, serviceVersion },
    exportInterval: "5 seconds",
    shutdownTimeout: "3 seconds"
  }).pipe(Layer.provide([OtlpSerialization.layerJson, FetchHttpClient.layer]))
