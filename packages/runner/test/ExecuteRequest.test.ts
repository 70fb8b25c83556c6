import { inspect } from "node:util"
import { brokenRules, ContentHash } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { ExecuteRequest, KeptRequest } from "../src/ExecuteRequest.ts"
import { ExecuteResponse, executeResponse, guestRequest } from "../src/ExecuteResponse.ts"

const decode = Schema.decodeUnknownEffect(ExecuteRequest)
const id = "0F000000-0000-4000-8000-000000000001"
const hash = "ab".repeat(32)

const body = (change: { context?: object; http?: object; rest?: object } = {}) => ({
  context: {
    tenant_id: id,
    extension_id: id,
    install_id: id,
    content_hash: hash,
    config: { a: "b" },
    ...change.context
  },
  http: { method: "GET", path: "/api/clients", query: {}, headers: {}, ...change.http },
  limits: {},
  ...change.rest
})

describe("ExecuteRequest", () => {
  it.effect("reads ids and hashes in one spelling", () =>
    Effect.gen(function* () {
      for (const content_hash of [hash, `sha256:${hash}`, `SHA256:${hash.toUpperCase()}`]) {
        const { context } = yield* decode(body({ context: { content_hash } }))
        assert.strictEqual(context.content_hash, hash)
        assert.strictEqual(context.tenant_id, id.toLowerCase())
      }
    })
  )

  it.effect("ignores fields that it does not know", () =>
    Effect.gen(function* () {
      const request = yield* decode(body({ rest: { envelope: { x: 1 }, later: true } }))
      assert.notProperty(request, "envelope")
    })
  )

  it.effect("shows configuration and secrets to nobody who prints it, and hands them to another runner", () =>
    Effect.gen(function* () {
      const given = body({ context: { config: { a: "private" } }, rest: { secret_envelope: { b: "private" } } })
      const request = yield* decode(given)
      for (const printed of [JSON.stringify(request), inspect(request, { depth: null }), String(request)]) {
        assert.notInclude(printed, "private")
      }
      const handedOn = yield* Schema.encodeEffect(ExecuteRequest)(request)
      assert.deepEqual([handedOn.context.config, handedOn.secret_envelope], [{ a: "private" }, { b: "private" }])
    })
  )

  it.effect("is kept without its configuration and secrets", () =>
    Effect.gen(function* () {
      const given = body({ context: { config: { a: "private" } }, rest: { secret_envelope: { b: "private" } } })
      const kept = yield* Schema.encodeEffect(KeptRequest)(yield* decode(given))
      assert.notInclude(JSON.stringify(kept), "private")
      assert.notProperty(kept, "secret_envelope")
      assert.notProperty(kept.context, "config")
      assert.deepEqual(kept.http as unknown, given.http)
      assert.strictEqual(kept.context.install_id, id.toLowerCase())
    })
  )

  it.effect("repeats nothing of what is malformed in configuration and secrets", () =>
    Effect.gen(function* () {
      const malformed = [
        [{ context: { config: { a: { b: "private" } } } }, "context.config.a", "must be text"],
        [{ context: { config: "private" } }, "context.config", "must be an object of texts"],
        [{ rest: { secret_envelope: "private" } }, "secret_envelope", "must be an object"]
      ] as const
      for (const [change, field, rule] of malformed) {
        const failure = yield* Effect.flip(decode(body(change)))
        assert.notInclude(failure.message, "private")
        assert.deepEqual(
          brokenRules(failure.issue).map(({ message, path }) => [path.join("."), message]),
          [[field, rule]]
        )
      }
    })
  )

  it.effect("leaves out headers that a handler has from the host alone, in any case, and no other", () =>
    Effect.gen(function* () {
      const kept = { accept: "a", "X-Alga-Other": "b" }
      for (const name of ["x-alga-capabilities", "x-alga-request-time", "x-alga-request-seed"]) {
        for (const spelled of [name, name.toUpperCase()]) {
          const { http } = yield* decode(body({ http: { headers: { ...kept, [spelled]: "forged" } } }))
          assert.deepStrictEqual(http.headers, kept)
        }
      }
      assert.isNull((yield* decode(body({ http: { headers: null } }))).http.headers)
      assert.isUndefined((yield* decode(body({ http: { headers: undefined } }))).http.headers)
    })
  )

  it.effect("refuses what is malformed", () =>
    Effect.gen(function* () {
      const malformed = [
        null,
        [],
        {},
        body({ context: { tenant_id: "x" } }),
        body({ context: { install_id: undefined } }),
        body({ context: { content_hash: "sha256:../../etc" } }),
        body({ http: { method: "GET /" } }),
        body({ http: { path: "api" } }),
        body({ http: { query: "a=1" } }),
        body({ http: { body_b64: "***" } }),
        body({ rest: { limits: { timeout_ms: -1 } } }),
        body({ rest: { limits: { timeout_ms: -0.5 } } }),
        body({ rest: { limits: { timeout_ms: "1" } } }),
        body({ rest: { limits: { memory_mb: -1 } } }),
        body({ rest: { providers: "cap:client.read" } }),
        body({ rest: { user: {} } }),
        body({ rest: { user: { user_id: "admin" } } }),
        body({ rest: { user: { user_id: " " } } }),
        body({ rest: { user: { user_id: null } } }),
        body({ rest: { user: { user_id: id, client_id: "north" } } }),
        body({ rest: { user: { user_id: "", user_name: 1 } } })
      ]
      for (const value of malformed)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(decode(value))), JSON.stringify(value))
    })
  )

  it.effect.each([
    [{ context: { content_hash: `x${hash}` } }, "must be sha256:<64 hexadecimal digits>"],
    [{ context: { content_hash: `sha256:${hash}0` } }, "must be sha256:<64 hexadecimal digits>"],
    [{ http: { method: "/GET" } }, "must be an HTTP method"],
    [{ http: { method: "X".repeat(33) } }, "must be an HTTP method"],
    [{ http: { path: "api/clients" } }, "must begin with /"],
    [{ http: { path: "/a\r\nx: b" } }, "must hold no control characters"],
    [{ http: { path: "/a\0" } }, "must hold no control characters"],
    [{ http: { path: "/a\u0085" } }, "must hold no control characters"],
    [{ http: { body_b64: "***" } }, "Expected a valid Base64 string"],
    [{ rest: { limits: { timeout_ms: -1 } } }, "must be at least 0"],
    [{ rest: { limits: { memory_mb: -1 } } }, "must be at least 0"],
    [{ rest: { user: { user_id: "x" } } }, "must be a UUID"]
  ] as const)("of %j says: %s", ([change, rule]) =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(decode(body(change)))
      assert.include(message, rule)
    })
  )

  it.effect.each([
    [{ user: { user_id: "", user_name: "A" } }, "user", undefined],
    [{ user: null }, "user", undefined],
    [{ user: undefined }, "user", undefined],
    [{ providers: undefined }, "providers", undefined],
    [{ user: { user_id: id, client_id: "" } }, "user", { user_id: id.toLowerCase() }],
    [{ user: { user_id: id, client_id: null } }, "user", { user_id: id.toLowerCase() }],
    [{ user: { user_id: id, client_id: id } }, "user", { user_id: id.toLowerCase(), client_id: id.toLowerCase() }],
    [{ providers: [] }, "providers", undefined],
    [{ providers: null }, "providers", undefined],
    [{ providers: ["cap:made.up"] }, "providers", ["cap:made.up"]],
    [{ limits: { timeout_ms: 0 } }, "limits", {}],
    [{ limits: { timeout_ms: 0.9 } }, "limits", {}],
    [{ limits: { timeout_ms: null } }, "limits", {}],
    [{ limits: { timeout_ms: 30_000.9 } }, "limits", { timeout_ms: 30_000 }],
    [{ limits: { timeout_ms: 1, memory_mb: null, fuel: "any" } }, "limits", { timeout_ms: 1 }],
    [{ limits: { memory_mb: 0, fuel: 1.5 } }, "limits", {}],
    [{ limits: { memory_mb: 128.9, fuel: 0 } }, "limits", { memory_mb: 128 }]
  ] as const)("reads %j of a caller, %s, as %j, and so when it was stored between", ([rest, field, read]) =>
    Effect.gen(function* () {
      const request = yield* decode(body({ rest }))
      const seen = (of: typeof request) => JSON.stringify(of[field])
      assert.deepStrictEqual(seen(request), JSON.stringify(read))
      const stored = JSON.stringify(yield* Schema.encodeEffect(ExecuteRequest)(request))
      assert.deepStrictEqual(seen(yield* decode(JSON.parse(stored))), JSON.stringify(read))
    })
  )

  it.effect("writes a hash as callers do", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Schema.encodeEffect(ContentHash)(hash), `sha256:${hash}`)
    })
  )

  it.effect("leaves the path as it is where there is no query, and goes on with one that it has", () =>
    Effect.gen(function* () {
      const urlOf = (http: object) => Effect.map(decode(body({ http })), (request) => guestRequest(request, []).url)
      assert.strictEqual(yield* urlOf({ path: "/a", query: {} }), "/a")
      assert.strictEqual(yield* urlOf({ path: "/a", query: null }), "/a")
      assert.strictEqual(yield* urlOf({ path: "/a?b=1", query: { c: "2" } }), "/a?b=1&c=2")
    })
  )

  it.effect("puts the encoded query behind the path", () =>
    Effect.gen(function* () {
      const request = yield* decode(
        body({ http: { query: { search: "a&b=ü %", page: "2" }, headers: { Accept: "*/*" } } })
      )
      const hostHeaders = [{ name: "x-alga-capabilities", value: "" }]
      assert.deepStrictEqual(guestRequest(request, hostHeaders), {
        method: "GET",
        url: "/api/clients?search=a%26b%3D%C3%BC+%25&page=2",
        headers: [{ name: "Accept", value: "*/*" }],
        hostHeaders,
        body: null
      })
    })
  )

  it.effect("takes values of the query that are no text as their JSON, and null as left out", () =>
    Effect.gen(function* () {
      const query = { page: 2, all: true, tag: ["a", 1], of: { b: 1 }, none: null, text: "" }
      const request = yield* decode(body({ http: { query } }))
      const { url } = guestRequest(request, [])
      assert.strictEqual(url, "/api/clients?page=2&all=true&tag=%5B%22a%22%2C1%5D&of=%7B%22b%22%3A1%7D&text=")
      const stored = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(ExecuteRequest)(request)))
      assert.strictEqual(guestRequest(yield* decode(stored), []).url, url)
    })
  )

  it.effect("leaves an idempotency key inside the handler's headers to the handler", () =>
    Effect.gen(function* () {
      const headers = { "x-idempotency-key": "a key" }
      const request = yield* decode(body({ http: { headers } }))
      assert.deepStrictEqual(guestRequest(request, []).headers, [{ name: "x-idempotency-key", value: "a key" }])
    })
  )

  it.effect.each(["A", "AP8", "AP8==", "A===", "AP9=", "AP-_", "A=P8", "AP8=AP8=", "AP8=\0", "ÄP8="])(
    "refuses a body of %j, which is no Base64",
    (text) =>
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(decode(body({ http: { method: "POST", body_b64: text } })))
        assert.include(message, "Expected a valid Base64 string")
      })
  )

  it.effect.each([
    ["", []],
    ["AA==", [0]],
    ["AP8=", [0, 255]],
    ["AP8A", [0, 255, 0]],
    ["+/+/", [251, 255, 191]],
    ["AP8A\r\nAP8=\n", [0, 255, 0, 0, 255]]
  ] as const)("reads a body of %j, and keeps it", ([text, read]) =>
    Effect.gen(function* () {
      const request = yield* decode(body({ http: { method: "POST", body_b64: text } }))
      assert.deepStrictEqual(request.http.body_b64, new Uint8Array(read))
      const kept = yield* Schema.encodeEffect(KeptRequest)(request)
      assert.strictEqual(kept.http.body_b64, text.replaceAll(/[\r\n]/g, ""))
    })
  )

  it.effect("hands the body over as bytes", () =>
    Effect.gen(function* () {
      const request = yield* decode(body({ http: { method: "POST", body_b64: "AP8=" } }))
      assert.deepStrictEqual(guestRequest(request, []).body, new Uint8Array([0, 255]))
    })
  )
})

describe("ExecuteResponse", () => {
  it("is read with its status, headers, body and error, and not without them", () => {
    const read = Schema.decodeUnknownExit(ExecuteResponse)
    const whole = { status: 200, headers: { a: "b" }, body_b64: "AA==", error: "internal" }
    assert.deepStrictEqual(read(whole), Exit.succeed(whole))
    for (const broken of [{}, { status: 200 }, { status: "200", headers: {} }, { ...whole, body_b64: null }]) {
      assert.isTrue(Exit.isFailure(read(broken)), JSON.stringify(broken))
    }
  })

  it("joins headers of one name and encodes the body", () => {
    const headers = [
      { name: "Vary", value: "a" },
      { name: "vary", value: "b" }
    ]
    const response = executeResponse({ status: 201, headers, body: new Uint8Array([0, 255]) })
    assert.strictEqual(JSON.stringify(response), '{"status":201,"headers":{"vary":"a, b"},"body_b64":"AP8="}')
  })

  it("leaves an absent body out", () => {
    assert.deepStrictEqual(executeResponse({ status: 204, headers: [], body: null }), { status: 204, headers: {} })
  })
})
