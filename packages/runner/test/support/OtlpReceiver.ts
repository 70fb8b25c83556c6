import { once } from "node:events"
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
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
    const receive = async (request: IncomingMessage, response: ServerResponse) => {
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
      // A caller that goes on does not keep its connection either.
      response.writeHead(200, { "content-type": "application/json", connection: "close" }).end("{}")
    }
    const underWay = new Set<Promise<unknown>>()
    const note = (work: Promise<unknown>) => {
      underWay.add(work)
      void work.finally(() => underWay.delete(work))
    }
    // A connection that is not used ends where its caller ends it, however long a busy machine takes.
    const server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) =>
      note(receive(request, response))
    ).on("connection", (socket: Socket) => note(new Promise((resolve) => socket.once("close", resolve))))
    return { server, underWay, spans, metrics, logs, resource, requests }
  }).pipe(
    Effect.flatMap(({ server, underWay, ...received }) =>
      Effect.callback<
        typeof received & {
          readonly endpoint: string
          /** Waits for all that a program has sent which has ended: a busy machine may take it later. */
          readonly arrived: Effect.Effect<void>
          readonly close: () => void
        }
      >((resume) => {
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const arrived = Effect.promise(async () => {
            // Connections are taken in their order: this one behind those of the program.
            await once(connect(port, "127.0.0.1").resume().end(), "close")
            while (underWay.size > 0) await Promise.all(underWay)
          })
          const close = () => {
            server.close()
            server.closeAllConnections()
          }
          resume(Effect.succeed({ ...received, endpoint: `http://127.0.0.1:${port}`, arrived, close }))
        })
      })
    )
  ),
  ({ close }) => Effect.sync(close)
)
