import { layerStore } from "@alga-psa/ext-adapters-memory"
import { codeOf, installed } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { Invoicing, productCursor, Scheduler, Storage } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Metric, Redacted } from "effect"
import { layerProductApi } from "../src/ProductApi.ts"
import { layerInvoicingHttp } from "../src/ProductInvoicing.ts"
import { layerSchedulerHttp } from "../src/ProductScheduler.ts"
import { layerStorageHttp } from "../src/ProductStorage.ts"
import { layerHttpPortData, layerProduct } from "../testing/PortsOverHttp.ts"
import { StandInProduct } from "../testing/StandInProduct.ts"

const product = Layer.provideMerge(layerProduct, layerStore())

/** What the runner shows the product: a test may change it. */
let token = "the-token-of-the-runner"
const api = Layer.unwrap(
  Effect.map(StandInProduct, ({ url }) =>
    layerProductApi({ base: new URL("/behind/a/prefix", url), token: Effect.sync(() => Redacted.make(token)) })
  )
)
const ports = Layer.mergeAll(layerStorageHttp, layerSchedulerHttp, layerInvoicingHttp).pipe(
  Layer.provide(api),
  Layer.provideMerge(Layer.provideMerge(layerHttpPortData, product))
)

const get = Effect.flatMap(Storage, (it) => it.get("space", "key"))
const list = (cursor: string | null = null) => Effect.flatMap(Storage, (it) => it.listEntries("space", cursor))
const put = Effect.flatMap(Storage, (it) =>
  it.put({ namespace: "space", key: "key", value: Uint8Array.of(0, 255), revision: null })
)
const listSchedules = Effect.flatMap(Scheduler, (it) => it.listSchedules)
const createSchedule = Effect.flatMap(Scheduler, (it) => it.createSchedule({ endpoint: "/a", cron: "0 2 * * *" }))
const createInvoice = Effect.flatMap(Invoicing, (it) => it.createManualInvoice({ clientId: "c", items: [] }))

/** The server answers so, for as long as the effect runs. */
const whileAnswering = <A, E, R>(status: number, body: unknown, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(StandInProduct, (server) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        server.fault = (response) => response.writeHead(status).end(JSON.stringify(body))
      }),
      () => effect,
      () =>
        Effect.sync(() => {
          server.fault = null
        })
    )
  )

layer(ports, { excludeTestServices: true })("The product's internal API", (it) => {
  it.effect("is asked at the install's path, with the runner's proof and the trace that it is part of", () =>
    Effect.gen(function* () {
      const server = yield* StandInProduct
      const { as, execution } = yield* installed()
      server.received.length = 0
      yield* Effect.ignore(as(put).pipe(Effect.withSpan("the-execution")))
      const [request] = server.received
      assert.strictEqual(
        `${request?.method} ${request?.url}`,
        `POST /behind/a/prefix/api/internal/ext-storage/install/${execution.installId}`
      )
      assert.strictEqual(request?.headers["x-runner-auth"], token)
      assert.match(String(request?.headers["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      assert.deepEqual(JSON.parse(String(request?.body)), {
        ...{ operation: "put", namespace: "space", key: "key", value: "AP8=" },
        metadata: { encoding: "base64-bytes" }
      })
    })
  )

  it.effect("is sent a revision as it is, and none that a JSON number would change: that is a conflict", () =>
    Effect.gen(function* () {
      const server = yield* StandInProduct
      const { as } = yield* installed()
      const putWith = (revision: bigint) =>
        Effect.flatMap(Storage, (it) =>
          it.put({ namespace: "space", key: "key", value: Uint8Array.of(1), revision })
        ).pipe((written) => whileAnswering(200, { revision: 1 }, as(written)))
      server.received.length = 0
      yield* putWith(9_007_199_254_740_991n)
      assert.deepEqual(
        server.received.map(({ body }) => JSON.parse(String(body)).ifRevision),
        [9_007_199_254_740_991]
      )
      for (const revision of [9_007_199_254_740_992n, 9_007_199_254_740_993n, 18_446_744_073_709_551_615n]) {
        assert.strictEqual(yield* codeOf(putWith(revision)), "conflict")
      }
      assert.lengthOf(server.received, 1)
    })
  )

  it.effect("gets cursors in the form that it reads, and is asked for values and metadata", () =>
    Effect.gen(function* () {
      const server = yield* StandInProduct
      const { as } = yield* installed()
      server.received.length = 0
      for (const cursor of [null, "key", productCursor("key")]) yield* Effect.ignore(as(list(cursor)))
      const asked = { operation: "list", namespace: "space", includeValues: true, includeMetadata: true }
      const behind = { ...asked, cursor: Buffer.from('{"key":"key"}').toString("base64url") }
      assert.deepEqual(
        server.received.map(({ body }) => JSON.parse(String(body))),
        [asked, behind, behind]
      )
    })
  )

  it.effect("is sent what an invoice says, and no option that is absent or null", () =>
    Effect.gen(function* () {
      const server = yield* StandInProduct
      const { as } = yield* installed()
      server.received.length = 0
      const item = { serviceId: "s", quantity: 1, description: "Work", rate: 100 }
      const input = { clientId: "c", items: [{ ...item, discountType: null }, item], dueDate: null, poNumber: "7" }
      yield* as(Effect.flatMap(Invoicing, (it) => it.createManualInvoice({ ...input, invoiceDate: undefined })))
      assert.deepEqual(
        server.received.map(({ body }) => JSON.parse(String(body))),
        [{ operation: "createManualInvoice", clientId: "c", items: [item, item], poNumber: "7" }]
      )
    })
  )

  const mappings = [
    ["storage", get, { 400: "internal", 401: "denied", 403: "denied", 404: "missing", 409: "conflict", 429: "denied" }],
    [
      "scheduler",
      listSchedules,
      {
        400: "validation-failed",
        401: "denied",
        403: "denied",
        404: "not-found",
        409: "internal",
        429: "quota-exceeded"
      }
    ],
    [
      "scheduler, for a change,",
      createSchedule,
      { 401: "denied", 403: "denied", 404: "not-found", 429: "quota-exceeded" }
    ],
    ["invoicing", createInvoice, { 401: "denied", 403: "denied", 404: "internal", 429: "denied" }]
  ] as const

  it.effect.each(mappings)("is understood by its statuses by %s", ([, call, codes]) =>
    Effect.gen(function* () {
      const { as } = yield* installed()
      for (const [status, code] of Object.entries(codes)) {
        const body = { error: "Invalid runner token", code: "X" }
        assert.strictEqual(
          yield* whileAnswering(Number(status), body, as(codeOf<unknown, { code: string }, never>(call as never))),
          code,
          status
        )
      }
    })
  )

  const bytes = (text: string) => Array.from(Buffer.from(text))
  it.effect.each([
    [{ value: "AP8=", metadata: { encoding: "base64-bytes" } }, [0, 255]],
    [{ value: { _bytes_b64: "AP8=" }, metadata: {} }, [0, 255]],
    [{ value: "AP8=" }, [0, 255]],
    [{ value: "AP9=", metadata: null }, bytes("AP9=")],
    [{ value: "a text ✓" }, bytes("a text ✓")],
    [{ value: { a: [1, null] } }, bytes('{"a":[1,null]}')],
    [{ value: 5 }, bytes("5")],
    [{ value: null }, bytes("null")]
  ] as const)("gives as bytes whatever others put there: %j", ([stored, expected]) =>
    Effect.gen(function* () {
      const { as } = yield* installed()
      const row = { namespace: "space", key: "key", revision: "7", ...stored }
      const entry = yield* whileAnswering(200, row, as(get))
      assert.deepEqual([Array.from(entry.value), entry.revision], [[...expected], 7n])
      const [listed] = yield* whileAnswering(200, { items: [row], nextCursor: "x" }, as(list()))
      assert.deepEqual(Array.from(listed?.value ?? []), [...expected])
    })
  )

  it.effect("is not believed bytes that are none", () =>
    Effect.gen(function* () {
      const { as } = yield* installed()
      for (const stored of [
        { value: "no base64", metadata: { encoding: "base64-bytes" } },
        { value: 5, metadata: { encoding: "base64-bytes" } },
        { value: { _bytes_b64: "no base64" } }
      ]) {
        const row = { namespace: "space", key: "key", revision: 1, ...stored }
        assert.strictEqual(yield* whileAnswering(200, row, as(codeOf(get))), "internal")
      }
    })
  )

  it.effect("tells why it refused, with the fields, in no more than so many characters", () =>
    Effect.gen(function* () {
      const { as } = yield* installed()
      const fieldErrors = { endpoint: "Endpoint not found" }
      const body = { success: false, error: "Validation failed ".repeat(1_000), fieldErrors }
      for (const call of [createSchedule, createInvoice]) {
        const refused = yield* whileAnswering(
          400,
          body,
          as<{ readonly error: string | null; readonly fieldErrors: string | null }, unknown, never>(call as never)
        )
        assert.strictEqual(refused.error?.length, 2_000)
        assert.strictEqual(refused.fieldErrors, JSON.stringify(fieldErrors))
      }
    })
  )

  it.effect("is asked over a connection that is kept, and counted", () =>
    Effect.gen(function* () {
      const server = yield* StandInProduct
      const { as } = yield* installed()
      const before = server.connections
      for (let at = 0; at < 50; at++) yield* Effect.ignore(as(get))
      assert.isAtMost(server.connections - before, 1)
      const counted = (yield* Metric.snapshot).filter(({ id }) => id === "alga_extension_port_requests_total")
      assert.isTrue(
        counted.some(
          ({ attributes }) =>
            attributes?.["interface"] === "storage" &&
            attributes["operation"] === "get" &&
            attributes["outcome"] === "refused"
        )
      )
    })
  )

  it.effect("refuses another token, and takes the one that came in its place", () =>
    Effect.gen(function* () {
      const server = yield* StandInProduct
      const { as } = yield* installed()
      yield* as(list())
      server.tokens.clear()
      server.tokens.add("the-next-token")
      assert.strictEqual(yield* as(codeOf(list())), "denied")
      token = "the-next-token"
      assert.deepEqual(yield* as(list()), [])
    })
  )
})
