import { ids } from "@alga-psa/ext-adapters-memory"
import { codeOf } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { asExecution, type InvocationData, UiProxy } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { layerSecretsEnvelope } from "../src/EnvelopeSecrets.ts"
import { layerUiProxyHttp } from "../src/ProductUiProxy.ts"
import { standIn } from "../testing/Server.ts"

const user = {
  ...{ userId: ids.users.admin, userEmail: "ada@example.com", userName: "Ada ✓", userType: "internal" },
  ...{ clientName: "", clientId: null, additionalFields: {} }
}

const executionOf = (secrets: Readonly<Record<string, string>>, change: Partial<InvocationData> = {}) =>
  bareExecution({
    tenantId: ids.tenants.acme,
    extensionId: ids.extensions.full,
    installId: ids.installs.full,
    ...{ versionId: "the-version", requestId: "request-1", user },
    settings: Redacted.make({
      config: {},
      secretEnvelope: { ciphertext_b64: Buffer.from(JSON.stringify(secrets)).toString("base64") }
    }),
    ...change
  })

/** A server that answers this status, and calls of it. */
const served = Effect.fnUntraced(function* (status = 200) {
  const server = yield* standIn(async () => ({ status, body: Buffer.from([0, 255]) }))
  const layer = Layer.provide(
    layerUiProxyHttp({ base: new URL("/base/", server.url), timeoutMillis: 60_000 }),
    layerSecretsEnvelope(null)
  )
  const context = yield* Layer.build(layer)
  const call = (execution: InvocationData, route = "/report", payload: Uint8Array | null = null) =>
    Effect.flatMap(UiProxy, (proxy) => proxy.callRoute(route, payload)).pipe(
      asExecution(execution),
      Effect.provideContext(context)
    )
  return { server, call }
})

describe("A call of a route", () => {
  it.effect("says whose it is, with the install's key, and sends and gives bytes as they are", () =>
    Effect.gen(function* () {
      const { call, server } = yield* served()
      const payload = Uint8Array.of(1, 0, 255)
      assert.deepEqual(Array.from(yield* call(executionOf({ api_key: "the-key" }), "/report?a=1", payload)), [0, 255])
      const [request] = server.received
      assert.strictEqual(`${request?.method} ${request?.url}`, `POST /base/${ids.extensions.full}/report?a=1`)
      assert.deepEqual(Array.from(request?.body ?? []), Array.from(payload))
      assert.deepInclude(request?.headers, {
        ...{ "x-request-id": "request-1", "x-alga-tenant": ids.tenants.acme, "x-alga-extension": ids.extensions.full },
        ...{ "x-ext-install-id": ids.installs.full, "x-ext-version-id": "the-version", "x-api-key": "the-key" },
        ...{ "x-user-id": ids.users.admin, "x-user-email": "ada@example.com", "content-type": "application/json" }
      })
    })
  )

  it.effect("leaves out what is not there, and what a header cannot carry", () =>
    Effect.gen(function* () {
      const { call, server } = yield* served()
      yield* call(executionOf({}, { user: null, versionId: null }))
      yield* call(executionOf({}, { user: { ...user, userEmail: "a@b\r\nx-api-key: forged" }, settings: null }))
      for (const { headers } of server.received) {
        assert.doesNotHaveAnyKeys(headers, ["x-user-email", "x-api-key"])
      }
      assert.doesNotHaveAnyKeys(server.received[0]?.headers, ["x-user-id", "x-ext-version-id", "content-type"])
    })
  )

  it.effect("is not made with a key that no header carries, nor with secrets that cannot be opened", () =>
    Effect.gen(function* () {
      const { call, server } = yield* served()
      const broken = Redacted.make({ config: {}, secretEnvelope: { ciphertext_b64: "no JSON" } })
      for (const execution of [executionOf({ api_key: "two\nlines" }), executionOf({}, { settings: broken })]) {
        const error = yield* Effect.flip(call(execution))
        assert.strictEqual(error.code, "internal")
        assert.notInclude(`${String(error.cause)} ${JSON.stringify(error)}`, "two")
      }
      assert.deepEqual(server.received, [])
    })
  )

  it.effect.each([
    [401, "denied"],
    [403, "denied"],
    [429, "denied"],
    [404, "route-not-found"],
    [400, "bad-request"],
    [418, "bad-request"],
    [302, "internal"],
    [503, "internal"]
  ] as const)("that is answered with %i is %s", ([status, code]) =>
    Effect.gen(function* () {
      const { call, server } = yield* served(status)
      assert.strictEqual(yield* codeOf(call(executionOf({}))), code)
      assert.strictEqual(server.received.length, 1)
    })
  )
})
