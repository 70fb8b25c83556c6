import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { buildFixture, installed } from "../testing/Extensions.ts"
import { type Change, execute, goodCase, handlerBody } from "./support/Requests.ts"
import { layerTestRunner, TestRunner } from "./support/TestRunner.ts"

class Asked extends Context.Service<Asked, { readonly hash: string }>()("test/Asked") {}

/** The full install of the seed has a handler that answers with what it was asked. */
const asked = Layer.effect(
  Asked,
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const store = yield* MemoryStore
    const archive = yield* Effect.promise(() => buildFixture("asked"))
    const hash = sha256(archive)
    yield* store.load(seed({ contentHash: `sha256:${hash}` }))
    yield* runner.store({ tenant: ids.tenants.acme, extension: ids.extensions.full, hash }, archive)
    return { hash }
  })
)

const setting = asked.pipe(Layer.provideMerge(layerTestRunner), Layer.provideMerge(layerMemory()))

/** Sends a bad request; asserts its answer, its one log line, and that the next good request works. */
const refuses = Effect.fnUntraced(function* (change: Change, status: number, error: string | RegExp) {
  const runner = yield* TestRunner
  const { hash } = yield* Asked
  yield* runner.takeLog
  const answer = yield* execute(hash, { ...change, headers: { "x-request-id": "bad", ...change.headers } })
  const text = answer.body.error ?? ""
  assert.strictEqual(answer.status, status, text)
  assert.strictEqual(answer.body.status, status)
  assert.match(text, typeof error === "string" ? new RegExp(`^${error}$`) : error)
  assert.strictEqual(answer.headers.get("x-request-id"), "bad")
  const lines = (yield* runner.takeLog).filter((line) => line["requestId"] === "bad")
  assert.strictEqual(lines.length, 1, JSON.stringify(lines))
  assert.strictEqual(lines[0]?.["outcome"], text.split(":")[0])
  assert.strictEqual(lines[0]?.["error"], text)
  yield* works
})

const works = Effect.gen(function* () {
  const answer = yield* execute((yield* Asked).hash)
  assert.strictEqual(answer.status, 200, answer.body.error)
  assert.strictEqual(answer.body.status, 200)
  assert.nestedPropertyVal(handlerBody(answer), "clients", 1)
})

/** Installs a fixture for Acme and puts its bundle into the store. */
const installFixture = Effect.fnUntraced(function* (archive: Uint8Array, capabilities: ReadonlyArray<string> = []) {
  const runner = yield* TestRunner
  const store = yield* MemoryStore
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, capabilities)
  yield* store.load(rows)
  yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
  return { hash, case: { extension, install } } satisfies Change
})

const fixture = (name: string) =>
  Effect.flatMap(
    Effect.promise(() => buildFixture(name)),
    installFixture
  )

layer(setting, { excludeTestServices: true, timeout: 120_000 })("POST /v1/execute", (it) => {
  it.effect("answers with what the handler answered", () => works)

  it.effect("refuses a caller without the token, and one with a wrong one", () =>
    Effect.gen(function* () {
      yield* refuses({ headers: { [serviceTokenHeader]: null } }, 401, /^unauthorized: /)
      yield* refuses({ headers: { [serviceTokenHeader]: "wrong" } }, 401, /^unauthorized: /)
      yield* refuses({ headers: { [serviceTokenHeader]: "wrong" }, body: "{" }, 401, /^unauthorized: /)
    })
  )

  it.effect("refuses a body that is no JSON, no UTF-8 or too large", () =>
    Effect.gen(function* () {
      yield* refuses({ body: "{" }, 400, "invalid_json: the body is not JSON in UTF-8")
      yield* refuses({ body: "" }, 400, "invalid_json: the body is not JSON in UTF-8")
      yield* refuses({ body: JSON.stringify("a".repeat(17 * 1024 * 1024)) }, 413, /^payload_too_large: /)
    })
  )

  it.effect("names the field and the rule, never the value", () =>
    Effect.gen(function* () {
      const bad = (body: object) => ({ body: JSON.stringify(body) })
      yield* refuses(bad({}), 400, /^invalid_request: context: /)
      yield* refuses(
        { top: { http: { method: "GET", path: "secret" } } },
        400,
        "invalid_request: http.path: must begin with /"
      )
      yield* refuses({ top: { user: { user_id: "secret" } } }, 400, "invalid_request: user.user_id: must be a UUID")
    })
  )

  it.effect("refuses missing routing headers, and such as disagree with the body", () =>
    Effect.gen(function* () {
      yield* refuses({ headers: { "x-alga-tenant": null } }, 400, /^missing_routing_headers/)
      yield* refuses({ headers: { "x-alga-extension": null } }, 400, /^missing_routing_headers/)
      yield* refuses({ headers: { "x-alga-tenant": ids.tenants.borealis } }, 400, /^routing_mismatch: /)
      yield* refuses({ headers: { "x-alga-extension": ids.extensions.disabled } }, 400, /^routing_mismatch: /)
    })
  )

  it.effect("refuses an install that the tenant does not have, exactly like another tenant's", () =>
    Effect.gen(function* () {
      const { extension } = goodCase
      yield* refuses({ case: { install: installed("").install } }, 404, "unknown_install")
      yield* refuses({ case: { install: ids.installs.borealis } }, 404, "unknown_install")
      yield* refuses({ case: { install: ids.installs.ungranted, extension } }, 404, "unknown_install")
    })
  )

  it.effect("refuses an install that is switched off or not set up, and a suspended tenant", () =>
    Effect.gen(function* () {
      const { disabled, pending, full } = ids.extensions
      yield* refuses({ case: { install: ids.installs.disabled, extension: disabled } }, 403, "install_disabled")
      yield* refuses({ case: { install: ids.installs.pending, extension: pending } }, 403, "install_disabled")
      const suspended = { tenant: ids.tenants.cobalt, install: ids.installs.cobalt, extension: full, user: null }
      yield* refuses({ case: suspended }, 403, "tenant_suspended")
    })
  )

  it.effect("refuses a content hash that is not the installed version's, not in the store, or not the bytes'", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      const store = yield* MemoryStore
      const other = "00".repeat(32)
      yield* refuses({ hash: other }, 502, /^bundle_fetch_failed: the installed version has no bundle/)
      const { extension, install, rows } = installed(other)
      yield* store.load(rows)
      const change = { hash: other, case: { extension, install } }
      yield* refuses(change, 502, "bundle_fetch_failed: no such bundle")
      yield* runner.store({ tenant: ids.tenants.acme, extension, hash: other }, new Uint8Array([1]))
      yield* refuses(change, 502, /^bundle_fetch_failed: the archive's bytes do not have this content hash/)
    })
  )

  it.effect("refuses a bundle whose component is none", () =>
    Effect.gen(function* () {
      const files = { "manifest.json": JSON.stringify(manifest), "dist/main.wasm": "not WebAssembly" }
      const change = yield* installFixture(yield* Effect.promise(() => pack(files)))
      yield* refuses(change, 502, /^bundle_fetch_failed: component refused: /)
    })
  )

  it.effect("gives each request its time and a seed of its own, whatever its caller sends, and shows neither", () =>
    Effect.gen(function* () {
      const { takeLog } = yield* TestRunner
      const { hash } = yield* Asked
      const forged = { "X-Alga-Request-Time": "1", "x-alga-request-seed": "A".repeat(43), "x-own": "1" }
      const http = { method: "GET", path: "/", query: {}, headers: forged }
      const answers: Array<{ now: number; id: string; headers: ReadonlyArray<{ name: string }>; served: number }> = []
      yield* takeLog
      const before = Date.now()
      for (let i = 0; i < 3; i++) {
        const answer = yield* execute(hash, { top: { http } })
        answers.push(handlerBody(answer) as (typeof answers)[number])
      }
      const after = Date.now()
      for (const { headers, now, served } of answers) {
        assert.isTrue(now >= before && now <= after)
        assert.deepEqual([headers.map(({ name }) => name.toLowerCase()), served], [["x-own"], 1])
      }
      assert.strictEqual(new Set(answers.map(({ id }) => id)).size, 3)
      assert.notMatch(JSON.stringify(yield* takeLog), /x-alga-request|AAAAAAAAAA/i)
    })
  )

  it.effect("reports a handler that traps, and nothing of what it threw", () =>
    Effect.gen(function* () {
      yield* refuses(yield* fixture("trap"), 500, "execute_failed: trap: the extension stopped with an error")
    })
  )

  it.effect("goes on by what runs where the files of components are taken away, and makes anew what a trap ended", () =>
    Effect.gen(function* () {
      const { components } = yield* TestRunner
      const change = yield* fixture("trap")
      const takeAway = Effect.promise(async () => {
        for (const name of await readdir(components)) await rm(join(components, name), { recursive: true, force: true })
      })
      yield* works
      for (let i = 0; i < 2; i++) {
        yield* takeAway
        yield* refuses(change, 500, "execute_failed: trap: the extension stopped with an error")
      }
    })
  )

  it.effect("refuses a response that is one byte too large", () =>
    Effect.gen(function* () {
      const change = yield* fixture("large-response")
      const larger = { ...change.case, path: "/10485761", query: {} }
      yield* refuses({ ...change, case: larger }, 500, /^execute_failed: response-too-large: /)
    })
  )

  it.effect("restricts the execution to the providers that the caller names, and adds none", () =>
    Effect.gen(function* () {
      const { hash } = yield* Asked
      const restricted = yield* execute(hash, { top: { providers: ["cap:service.read"] } })
      assert.nestedPropertyVal(handlerBody(restricted), "clients", "not-allowed")
      const named = yield* execute(hash, { top: { providers: ["cap:client.read"] } })
      assert.nestedPropertyVal(handlerBody(named), "clients", 1)
    })
  )

  it.effect("refuses a schedule's execution that names a user, and takes it without one", () =>
    Effect.gen(function* () {
      const { hash } = yield* Asked
      const scheduled = { ...executeBody({ ...goodCase, trigger: "schedule" }, hash).context, schedule_id: "s1" }
      const change = { top: { context: scheduled } }
      yield* refuses(change, 400, "invalid_request: user: an execution of a schedule has no user")
      const answer = yield* execute(hash, { ...change, case: { user: null } })
      assert.nestedPropertyVal(handlerBody(answer), "clients", 1)
    })
  )

  it.effect("asks for a user's permission whatever the trigger says, and for none where there is no user", () =>
    Effect.gen(function* () {
      const { hash } = yield* Asked
      const { withoutPermission } = ids.users
      for (const change of [{ user: withoutPermission }, { user: withoutPermission, trigger: "schedule" }]) {
        const answer = yield* execute(hash, { case: change })
        assert.nestedPropertyVal(handlerBody(answer), "clients", "not-allowed")
      }
      for (const trigger of ["schedule", "webhook"]) {
        const answer = yield* execute(hash, { case: { user: null, trigger } })
        assert.nestedPropertyVal(handlerBody(answer), "clients", 1)
      }
    })
  )

  it.effect("reads nothing without a user where neither a schedule nor a webhook started it", () =>
    Effect.gen(function* () {
      const { hash } = yield* Asked
      const nobody = { ...executeBody(goodCase, hash).user, user_id: "" }
      for (const change of [
        { case: { user: null } },
        { case: { user: null, trigger: "ui" } },
        { top: { user: nobody } },
        { top: { user: null } }
      ]) {
        const answer = yield* execute(hash, change)
        assert.nestedPropertyVal(handlerBody(answer), "clients", "not-allowed")
      }
    })
  )

  it.effect("takes what callers send for nothing as nothing", () =>
    Effect.gen(function* () {
      const { hash } = yield* Asked
      const user = { ...executeBody(goodCase, hash).user, client_id: "" }
      for (const timeout_ms of [0, 30_000.5]) {
        const answer = yield* execute(hash, { top: { providers: [], limits: { timeout_ms }, user } })
        assert.nestedPropertyVal(handlerBody(answer), "clients", 1)
      }
    })
  )

  it.effect.each(["/v1/execute", "/warmup"])("asks for the token before it looks at the body of %s", (path) =>
    Effect.gen(function* () {
      const { send } = yield* TestRunner
      for (const body of ["{", "null", JSON.stringify({ context: 1 }), "x".repeat(17 * 1024 * 1024)]) {
        for (const token of [{}, { [serviceTokenHeader]: "wrong" }]) {
          const headers = { "content-type": "text/plain", ...token }
          const answer = yield* send(path, { method: "POST", headers, body })
          assert.deepStrictEqual(
            [answer.status, answer.body.error],
            [401, `unauthorized: ${serviceTokenHeader} is missing or wrong`]
          )
        }
      }
    })
  )

  it.effect("gives every answer a request id", () =>
    Effect.gen(function* () {
      const { hash } = yield* Asked
      const given = yield* execute(hash, { headers: { "x-request-id": "from-the-caller" } })
      assert.strictEqual(given.headers.get("x-request-id"), "from-the-caller")
      const made = yield* execute(hash)
      assert.match(made.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/)
    })
  )

  it.effect("says of other routes that they are not there, or which methods are", () =>
    Effect.gen(function* () {
      const { send } = yield* TestRunner
      const unknown = yield* send("/v1/unknown")
      assert.deepStrictEqual([unknown.status, unknown.body.error], [404, "not_found"])
      for (const method of ["GET", "PUT", "DELETE"]) {
        const wrong = yield* send("/v1/execute", { method })
        assert.deepStrictEqual([wrong.status, wrong.body.error], [405, "method_not_allowed"])
        assert.strictEqual(wrong.headers.get("allow"), "POST")
      }
    })
  )

  it.effect("has a route beside it that says that the runner is alive", () =>
    Effect.gen(function* () {
      const { url } = yield* TestRunner
      const answer = yield* Effect.promise(() => fetch(`${url}/healthz`))
      assert.deepStrictEqual([answer.status, yield* Effect.promise(() => answer.text())], [200, '{"status":"ok"}'])
    })
  )
})
