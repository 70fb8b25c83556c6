import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { fingerprintOf } from "../src/Fingerprint.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")

const context = { tenant_id: uuid(1), extension_id: uuid(2), install_id: uuid(3), content_hash: "ab".repeat(32) }
const user = { user_id: uuid(4), user_type: "client", client_id: uuid(5) }
const http = {
  method: "POST",
  path: "/api/clients",
  query: { a: "1", b: "2" },
  headers: { accept: "text/plain", "x-b": "2" },
  body_b64: base64("one")
}
const whole = { context, http, user, providers: ["cap:client.read", "cap:service.read"] }

const of = (change: object = {}) => fingerprintOf(Schema.decodeUnknownSync(ExecuteRequest)({ ...whole, ...change }))
const ofContext = (change: object) => of({ context: { ...context, ...change } })
const ofHttp = (change: object) => of({ http: { ...http, ...change } })
const ofUser = (change: object) => of({ user: { ...user, ...change } })

describe("Two requests under one key", () => {
  const first = of()

  it("have a fingerprint of this version, whose form does not change unseen", () => {
    assert.strictEqual(first, "1:e023fcb0861a7fbf25c5da5ac70d2a61ee53bb3ec5811525642cd1c31c443325")
  })

  it.each<readonly [string, string]>([
    ["tenant", ofContext({ tenant_id: uuid(9) })],
    ["install", ofContext({ install_id: uuid(9) })],
    ["content hash", ofContext({ content_hash: "cd".repeat(32) })],
    ["user", ofUser({ user_id: uuid(9) })],
    ["user's type", ofUser({ user_type: "internal" })],
    ["user's client", ofUser({ client_id: uuid(9) })],
    ["client, which the user has not", ofUser({ client_id: "" })],
    ["type, which the user has not", ofUser({ user_type: null })],
    ["user, who is not there", of({ user: null })],
    ["providers", of({ providers: ["cap:client.read"] })],
    ["providers, which are not said", of({ providers: null })],
    ["providers, of which none is known", of({ providers: ["cap:made.up"] })],
    ["method", ofHttp({ method: "PUT" })],
    ["method's case", ofHttp({ method: "post" })],
    ["path", ofHttp({ path: "/api/clientz" })],
    ["path's case", ofHttp({ path: "/api/Clients" })],
    ["query's value", ofHttp({ query: { a: "1", b: "3" } })],
    ["query's name", ofHttp({ query: { a: "1", c: "2" } })],
    ["query's case", ofHttp({ query: { A: "1", b: "2" } })],
    ["query, with values exchanged", ofHttp({ query: { a: "2", b: "1" } })],
    ["query, with less", ofHttp({ query: { a: "1" } })],
    ["query, which is not there", ofHttp({ query: null })],
    ["query, moved into the path", ofHttp({ path: "/api/clients?a=1&b=2", query: {} })],
    ["header's value", ofHttp({ headers: { accept: "text/html", "x-b": "2" } })],
    ["header's name", ofHttp({ headers: { accept: "text/plain", "x-c": "2" } })],
    ["headers, with values exchanged", ofHttp({ headers: { accept: "2", "x-b": "text/plain" } })],
    ["headers, with less", ofHttp({ headers: { accept: "text/plain" } })],
    ["headers, which are a query", ofHttp({ headers: http.query, query: http.headers })],
    ["body of equal length", ofHttp({ body_b64: base64("two") })],
    ["body, with more", ofHttp({ body_b64: base64("one ") })],
    ["body, which is empty", ofHttp({ body_b64: "" })],
    ["body, which is not there", ofHttp({ body_b64: null })]
  ])("differ in their %s", (_, other) => {
    assert.notStrictEqual(other, first)
  })

  it.each<readonly [string, string]>([
    ["query in another order", ofHttp({ query: { b: "2", a: "1" } })],
    ["headers in another order", ofHttp({ headers: { "x-b": "2", accept: "text/plain" } })],
    ["header names in another case", ofHttp({ headers: { "X-B": "2", ACCEPT: "text/plain" } })],
    [
      "providers in another order, case and number",
      of({ providers: [" CAP:service.read", "cap:client.read", "cap:client.read"] })
    ],
    ["a provider more that nobody knows", of({ providers: [...whole.providers, "cap:made.up"] })],
    ["ids in upper case", ofContext({ tenant_id: uuid(1).toUpperCase(), install_id: uuid(3).toUpperCase() })],
    ["the hash as callers write it", ofContext({ content_hash: `sha256:${"AB".repeat(32)}` })],
    ["another request id", ofContext({ request_id: "again" })],
    [
      "another display of the user",
      ofUser({ user_name: "A", user_email: "a@example.com", client_name: "North", additional_fields: { a: "b" } })
    ],
    ["a secret envelope", of({ secret_envelope: { ciphertext_b64: "AA==" } })],
    ["settings of the install", ofContext({ config: { a: "b" } })],
    ["other limits", of({ limits: { timeout_ms: 5 } })],
    [
      "headers that the host alone gives",
      ofHttp({
        headers: {
          ...http.headers,
          "x-alga-capabilities": "a",
          "X-Alga-Request-Time": "1",
          "x-alga-request-seed": "AA"
        }
      })
    ]
  ])("are the same with %s", (_, other) => {
    assert.strictEqual(other, first)
  })

  it("are the same where nothing is said as nothing, as null or as empty", () => {
    const bare = of({ http: { method: "GET", path: "/" }, user: { user_id: uuid(4) }, providers: [] })
    for (const change of [
      { http: { method: "GET", path: "/", query: {}, headers: {}, body_b64: null }, providers: null },
      { http: { method: "GET", path: "/", query: null, headers: null } },
      { http: { method: "GET", path: "/" }, user: { user_id: uuid(4), user_type: "", client_id: "" } }
    ]) {
      assert.strictEqual(of({ user: { user_id: uuid(4) }, providers: [], ...change }), bare)
    }
    const nobody = of({ http: { method: "GET", path: "/" }, user: null, providers: [] })
    assert.strictEqual(of({ http: { method: "GET", path: "/" }, user: { user_id: "" }, providers: [] }), nobody)
    assert.notStrictEqual(nobody, bare)
  })

  it("are not the same where names run into values", () => {
    const pairs = [{ a: "b,c" }, { "a,b": "c" }, { a: "b", c: "" }, { a: '","', b: "" }]
    const all = pairs.flatMap((entries) => [ofHttp({ query: entries }), ofHttp({ headers: entries })])
    assert.strictEqual(new Set(all).size, all.length)
  })

  it("keep the order of headers whose names differ in case alone", () => {
    const one = ofHttp({ headers: { "X-A": "1", "x-a": "2" } })
    assert.notStrictEqual(ofHttp({ headers: { "x-a": "2", "X-A": "1" } }), one)
    assert.strictEqual(
      ofHttp({ headers: { b: "3", "X-A": "1", "x-a": "2" } }),
      ofHttp({ headers: { "X-A": "1", "x-a": "2", B: "3" } })
    )
  })
})
