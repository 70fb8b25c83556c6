import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { askUntil } from "../testing/AskUntil.ts"
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

/** One database, store and cache for all: no test changes what is in them. */
class Setting extends Context.Service<Setting, Effect.Success<ReturnType<typeof serveSetting>>>()(
  "telemetry/Setting"
) {}

const setting = Layer.effect(
  Setting,
  Effect.flatMap(testDatabase, (url) => serveSetting(Redacted.value(url)))
)

layer(setting, { excludeTestServices: true, timeout: 240_000 })("telemetry", (it) => {
  it.effect(
    "follows a request from the gateway's id to the statement, in traces and in the log",
    () =>
      Effect.gen(function* () {
        const { serveHere, settings } = yield* Setting
        const receiver = yield* otlpReceiver
        const { execute, run, url } = yield* serveHere({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
        yield* Effect.promise(() => fetch(`${url}/healthz`))
        assert.strictEqual((yield* execute({}, undefined, headers)).http, 200)
        // What it asked the database when it started may still be under way.
        const metrics = yield* askUntil(
          Effect.promise(async () => (await fetch(`${url}/metrics`)).text()),
          (text) => /^alga_extension_database_statements_in_flight 0$/m.test(text)
        )
        run.signal("SIGTERM")
        const log = (yield* Effect.promise(() => Array.fromAsync(run.lines))).map((line) => JSON.parse(line))
        yield* Effect.promise(() => run.ended)
        yield* receiver.arrived

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
        assert.strictEqual(names.at(-1), "POST /v1/execute")
        assert.strictEqual(server?.name, "POST /v1/execute")
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
        assert.match(metrics, /^alga_extension_database_statement_seconds_count\{outcome="ok"\} [1-9]/m)
        assert.match(metrics, /^alga_extension_host_calls_total\{.*operation="clients.list".*\} 1$/m)
      }),
    300_000
  )

  it.effect(
    "holds nothing of an execution's configuration and secrets, nor of a URL's query, in no line, span, metric or answer",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* Setting
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
        for (const asked of ["/v1/access?user=sealed-5", "/ext-ui/one/two/?x=sealed-6"]) {
          yield* Effect.promise(() => fetch(`${url}${asked}`))
        }
        assert.deepEqual(
          answers.map(({ http }) => http),
          [200, 200, 502, 400, 400]
        )
        const metrics = yield* Effect.promise(async () => (await fetch(`${url}/metrics`)).text())
        run.signal("SIGTERM")
        const log = yield* Effect.promise(() => Array.fromAsync(run.lines))
        const { errors } = yield* Effect.promise(() => run.ended)
        yield* receiver.arrived
        assert.isAbove(receiver.spans.length, 5)
        for (const query of ["user=REDACTED", "x=REDACTED"]) assert.include(JSON.stringify(receiver.spans), query)
        assert.isAbove(log.length, 5)
        assert.notInclude(JSON.stringify([answers, metrics, log, errors, receiver.spans]), "sealed-")
      }),
    300_000
  )

  it.effect(
    "sends metrics and log lines to their receivers where it is told to, with the headers of each",
    () =>
      Effect.gen(function* () {
        const { serveHere } = yield* Setting
        const receiver = yield* otlpReceiver
        const { execute, run } = yield* serveHere({
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${receiver.endpoint}/of/logs`,
          OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20of-all",
          OTEL_EXPORTER_OTLP_LOGS_HEADERS: "authorization=Bearer%20of-logs,x-scope=a%2Cb",
          OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
          OTEL_METRICS_EXPORTER: "otlp",
          OTEL_LOGS_EXPORTER: "otlp",
          OTEL_TRACES_SAMPLER: "always_off",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=of%20tests"
        })
        assert.strictEqual((yield* execute({}, undefined, headers)).http, 200)
        run.signal("SIGTERM")
        const log = (yield* Effect.promise(() => Array.fromAsync(run.lines))).map((line) => JSON.parse(line))
        yield* Effect.promise(() => run.ended)
        yield* receiver.arrived

        assert.deepStrictEqual(receiver.spans, [])
        const sent = new Set(
          receiver.requests.map(({ headers, url }) => `${url} ${headers.authorization} ${headers["x-scope"] ?? ""}`)
        )
        assert.sameMembers([...sent], ["/v1/metrics Bearer of-all ", "/of/logs Bearer of-logs a,b"])
        assert.includeMembers(
          [...receiver.metrics],
          ["alga_extension_executions_total", "alga_extension_runner_part_ok", "process_resident_memory_bytes"]
        )
        assert.strictEqual(receiver.resource.get("deployment.environment.name"), "of tests")
        assert.isNotEmpty(receiver.resource.get("service.instance.id"))

        const [record] = receiver.logs.filter(({ body }) => body.stringValue === "execution")
        const said = new Map(record?.attributes.map(({ key, value }) => [key, value.stringValue]))
        assert.strictEqual(said.get("requestId"), "from-the-gateway")
        assert.strictEqual(record?.traceId, traceId)
        const [confined] = receiver.logs.filter(({ body }) => body.stringValue?.startsWith("sandbox processes are"))
        assert.match(JSON.stringify(confined?.attributes), /"confinement".*no core dumps and no files/)
        assert.includeMembers(
          receiver.logs.map(({ body }) => body.stringValue),
          log.map(({ message }) => message).filter((message) => message !== "the runner stops")
        )
      }),
    300_000
  )

  it.effect("works on without a receiver, and says so once", () =>
    Effect.gen(function* () {
      const { serveHere } = yield* Setting
      const { execute, run, url } = yield* serveHere({
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9/hush",
        OTEL_LOGS_EXPORTER: "otlp"
      })
      assert.strictEqual((yield* execute()).http, 200)
      const counted = Effect.promise(async () => {
        const text = await (await fetch(`${url}/metrics`)).text()
        return (signal: string, outcome: string) =>
          Number(
            new RegExp(
              `^alga_extension_otlp_requests_total\\{.*outcome="${outcome}",signal="${signal}".*\\} (\\d+)$`,
              "m"
            ).exec(text)?.[1]
          )
      })
      const count = yield* askUntil(counted, (of) => of("logs", "failed") + of("traces", "failed") > 0)
      assert.deepStrictEqual(
        [count("metrics", "failed"), count("logs", "taken"), count("traces", "refused")],
        [0, 0, 0]
      )
      run.signal("SIGTERM")
      const log = (yield* Effect.promise(() => Array.fromAsync(run.lines))).map((line) => JSON.parse(line))
      assert.strictEqual((yield* Effect.promise(() => run.ended)).code, 0)
      const told = log.filter(({ message }) => message === "the OTLP receiver does not accept data")
      const signals = told.map(({ annotations }) => annotations.signal)
      assert.includeMembers(["logs", "traces"], signals)
      assert.strictEqual(new Set(signals).size, signals.length)
      assert.isAbove(signals.length, 0)
      for (const { annotations } of told) assert.strictEqual(annotations.receiver, "http://127.0.0.1:9")
      assert.notInclude(JSON.stringify(log), "hush")
    })
  )

  it.effect(
    "sends protobuf where it is told to, and nothing where it is switched off",
    () =>
      Effect.gen(function* () {
        const { serveHere } = yield* Setting
        const receiver = yield* otlpReceiver
        const { execute, run } = yield* serveHere({
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_METRICS_EXPORTER: "otlp",
          OTEL_LOGS_EXPORTER: "otlp",
          OTEL_SDK_DISABLED: "true"
        })
        assert.strictEqual((yield* execute()).http, 200)
        assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
        yield* receiver.arrived
        assert.deepStrictEqual(receiver.requests, [])

        const other = yield* serveHere({
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_METRICS_EXPORTER: "otlp",
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"
        })
        assert.strictEqual((yield* other.execute()).http, 200)
        assert.strictEqual(yield* Effect.promise(() => other.run.end("SIGTERM")), 0)
        yield* receiver.arrived
        assert.sameMembers(
          [...new Set(receiver.requests.map(({ headers, url }) => `${url} ${headers["content-type"]}`))],
          ["/v1/traces application/x-protobuf", "/v1/metrics application/x-protobuf"]
        )
      }),
    300_000
  )
})
