import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { gunzipSync } from "node:zlib"
import { Effect } from "effect"

/** An attribute as OTLP's JSON has it, in part. */
interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: string | number }
}

/** A span as OTLP's JSON has it, in part. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: ReadonlyArray<Attribute>
}

interface LogRecord {
  readonly body: { readonly stringValue?: string }
  readonly traceId?: string
  readonly attributes: ReadonlyArray<Attribute>
}

interface Received {
  readonly resourceSpans?: ReadonlyArray<{
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
  }>
  readonly resourceMetrics?: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Attribute> }
    readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<{ readonly name: string }> }>
  }>
  readonly resourceLogs?: ReadonlyArray<{
    readonly scopeLogs: ReadonlyArray<{ readonly logRecords: ReadonlyArray<LogRecord> }>
  }>
}

/** An OTLP receiver on loopback and what it has received; of what is no JSON the requests alone. */
export const otlpReceiver = Effect.acquireRelease(
  Effect.sync(() => {
    const spans: Array<Span> = []
    const metrics = new Set<string>()
    const logs: Array<LogRecord> = []
    const resource = new Map<string, string | undefined>()
    const requests: Array<{ readonly url: string; readonly headers: IncomingHttpHeaders }> = []
    const server = createServer(async (request, response) => {
      requests.push({ url: request.url ?? "", headers: request.headers })
      // Who is killed does not send all of it.
      const body = await buffer(request).catch(() => null)
      if (body === null) return
      const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body
      const text = request.headers["content-type"] === "application/json" ? plain.toString() : "{}"
      const { resourceLogs = [], resourceMetrics = [], resourceSpans = [] } = JSON.parse(text) as Received
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans)
      for (const { scopeLogs } of resourceLogs) for (const scope of scopeLogs) logs.push(...scope.logRecords)
      for (const { resource: of, scopeMetrics } of resourceMetrics) {
        for (const { key, value } of of.attributes) resource.set(key, value.stringValue)
        for (const scope of scopeMetrics) for (const { name } of scope.metrics) metrics.add(name)
      }
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
    return { server, spans, metrics, logs, resource, requests }
  }).pipe(
    Effect.flatMap(({ server, ...received }) =>
      Effect.callback<typeof received & { readonly endpoint: string; readonly close: () => void }>((resume) => {
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.close()
            server.closeAllConnections()
          }
          resume(Effect.succeed({ ...received, endpoint: `http://127.0.0.1:${port}`, close }))
        })
      })
    )
  ),
  ({ close }) => Effect.sync(close)
)
