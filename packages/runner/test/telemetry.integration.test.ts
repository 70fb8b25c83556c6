import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { serveSetting } from "../testing/ServeProgram.ts"
import { otlpReceiver, type Span } from "./support/OtlpReceiver.ts"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const parent = "b7ad6b7169203331"
const headers = { traceparent: `00-${traceId}-${parent}-01`, "x-request-id": "from-the-gateway" }

/** The names from a span up to the first one of this process. */
const path = (spans: ReadonlyArray<Span>, span: Span | undefined): ReadonlyArray<string> =>
  span === undefined
    ? []
    : [
        span.name,
        ...path(
          spans,
          spans.find(({ spanId }) => spanId === span.parentSpanId)
        )
      ]

describe("telemetry", () => {
  it.live(
    "follows a request from the gateway's id to the statement, in traces and in the log",
    () =>
      Effect.gen(function* () {
        const { serve, settings } = yield* serveSetting(Redacted.value(yield* testDatabase))
        const receiver = yield* otlpReceiver
        const { execute, run, url } = yield* serve({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
        yield* Effect.promise(() => fetch(`${url}/healthz`))
        assert.strictEqual((yield* execute({}, undefined, headers)).http, 200)
        const metrics = yield* Effect.promise(async () => (await fetch(`${url}/metrics`)).text())
        run.signal("SIGTERM")
        const log = (yield* Effect.promise(() => Array.fromAsync(run.lines))).map((line) => JSON.parse(line))
        yield* Effect.promise(() => run.ended)

        const spans = receiver.spans
        const server = spans.find(({ parentSpanId }) => parentSpanId === parent)
        assert.isDefined(server)
        const ofTrace = spans.filter((span) => span.traceId === traceId)
        const statement = ofTrace.find(({ attributes }) =>
          attributes.some(({ value }) => value.stringValue?.includes("FROM clients"))
        )
        const place = new URL(settings.DATABASE_URL)
        const said = (name: string) => statement?.attributes.find(({ key }) => key === name)?.value
        assert.strictEqual(said("server.address")?.stringValue, place.hostname)
        assert.include(JSON.stringify(said("server.port")), place.port)
        assert.strictEqual(said("db.namespace")?.stringValue, place.pathname.slice(1))
        assert.strictEqual(said("db.client.sslmode")?.stringValue, "prefer")
        const names = path(ofTrace, statement)
        assert.includeMembers([...names], ["ClientReads.list", "Sandbox.execute", "Execution.run"])
        assert.strictEqual(names.at(-1), server?.name)
        const waiting = ofTrace.find(({ name }) => name === "Sandbox.wait")
        assert.strictEqual(path(ofTrace, waiting)[1], "Sandbox.execute")
        const attribute = server?.attributes.find(({ key }) => key === "requestId")
        assert.strictEqual(attribute?.value.stringValue, "from-the-gateway")
        assert.isFalse(spans.some(({ attributes }) => attributes.some(({ value }) => value.stringValue === "/healthz")))

        const lines = log.filter(({ annotations }) => annotations.requestId === "from-the-gateway")
        assert.includeMembers(
          lines.map(({ annotations, message }) => annotations.operation ?? message),
          ["clients.list", "clients.get", "services.list", "services.get", "execution"]
        )
        assert.isTrue(lines.every(({ annotations }) => annotations.traceId === traceId))

        assert.match(metrics, /^alga_extension_executions_total\{outcome="ok"\} 1$/m)
        assert.match(metrics, /^alga_extension_executions_in_flight 0$/m)
        assert.match(metrics, /^alga_extension_database_connections [1-9]$/m)
        assert.match(metrics, /^alga_extension_database_statements_in_flight 0$/m)
        assert.match(metrics, /^alga_extension_database_statement_seconds_count\{outcome="ok"\} [1-9]/m)
        assert.match(metrics, /^alga_extension_host_calls_total\{.*operation="clients.list".*\} 1$/m)
      }),
    120_000
  )

  it.live(
    "holds nothing of an execution's configuration and secrets, in no line, span, metric or answer",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* serveSetting(Redacted.value(yield* testDatabase))
        const receiver = yield* otlpReceiver
        const { execute, run, url } = yield* serve({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
        const good = { config: { url: "sealed-1" }, secret_envelope: { ciphertext_b64: "sealed-2" } }
        const answers = [
          yield* execute({}, undefined, headers, good),
          yield* execute({ path: "/unknown" }, undefined, headers, good),
          yield* execute({}, "f".repeat(64), headers, good),
          yield* execute({}, undefined, headers, { ...good, config: { url: { a: "sealed-3" } } }),
          yield* execute({}, undefined, headers, { ...good, secret_envelope: "sealed-4" })
        ]
        assert.deepEqual(
          answers.map(({ http }) => http),
          [200, 200, 502, 400, 400]
        )
        const metrics = yield* Effect.promise(async () => (await fetch(`${url}/metrics`)).text())
        run.signal("SIGTERM")
        const log = yield* Effect.promise(() => Array.fromAsync(run.lines))
        const { errors } = yield* Effect.promise(() => run.ended)
        assert.isAbove(receiver.spans.length, 5)
        assert.isAbove(log.length, 5)
        assert.notInclude(JSON.stringify([answers, metrics, log, errors, receiver.spans]), "sealed-")
      }),
    120_000
  )

  it.live("works on without a receiver", () =>
    Effect.gen(function* () {
      const { serve } = yield* serveSetting(Redacted.value(yield* testDatabase))
      const { execute, run } = yield* serve({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" })
      assert.strictEqual((yield* execute()).http, 200)
      assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
    })
  )
})
