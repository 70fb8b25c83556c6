import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"
import { Effect } from "effect"

/** A span as OTLP's JSON has it, in part. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: { readonly stringValue?: string } }>
}

interface Traces {
  readonly resourceSpans: ReadonlyArray<{
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
  }>
}

/** An OTLP receiver on loopback and the spans that it has received. */
export const otlpReceiver = Effect.acquireRelease(
  Effect.callback<{ readonly endpoint: string; readonly spans: ReadonlyArray<Span>; readonly close: () => void }>(
    (resume) => {
      const spans: Array<Span> = []
      const server = createServer(async (request, response) => {
        const { resourceSpans } = (await json(request)) as Traces
        if (request.url === "/v1/traces") {
          for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans)
        }
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ endpoint: `http://127.0.0.1:${port}`, spans, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)
