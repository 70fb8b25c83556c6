import { readFile } from "node:fs/promises"
import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { serviceTokenHeader } from "../src/ServiceToken.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { buildFixtureComponent, installed } from "../testing/Extensions.ts"
import { handlerBody } from "./support/Requests.ts"
import { CallerBounds, layerTestRunner, TestRunner } from "./support/TestRunner.ts"

/** A request as a caller of the product sends it. */
interface Recorded {
  readonly headers: Readonly<Record<string, string>>
  readonly body: {
    readonly context: object
    readonly http: Readonly<Record<string, unknown>>
    readonly user?: object
  }
}

class Installed extends Context.Service<
  Installed,
  { readonly recorded: (caller: string) => Effect.Effect<Recorded> }
>()("test/Installed") {}

/** Installs a bundle as the product takes it: a runtime with a blank, and names that nobody knows. */
const installation = Layer.effect(
  Installed,
  Effect.gen(function* () {
    const runner = yield* TestRunner
    const store = yield* MemoryStore
    const { capabilities: _, ...bare } = manifest
    const component = yield* Effect.promise(() => buildFixtureComponent("asked"))
    const archive = yield* Effect.promise(() =>
      pack({ "manifest.json": JSON.stringify({ ...bare, runtime: " wasm32-wasi@2" }), "dist/main.wasm": component })
    )
    const hash = sha256(archive)
    const { extension, install, rows } = installed(hash, ["cap:client.read", "http.fetch"])
    yield* store.load(rows)
    yield* runner.store({ tenant: ids.tenants.acme, extension, hash }, archive)
    const known: Readonly<Record<string, string>> = { extension, install, hash, token: runner.token }
    return {
      recorded: (caller) =>
        Effect.promise(async () => {
          const text = await readFile(new URL(`./fixtures/callers/${caller}.json`, import.meta.url), "utf8")
          return JSON.parse(text.replace(/\{(\w+)\}/g, (_, name) => known[name] ?? ""))
        })
    }
  })
)

const setting = installation.pipe(
  Layer.provideMerge(layerTestRunner),
  Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) })))
)

const send = Effect.fnUntraced(function* (
  caller: string,
  change: { readonly body?: object; readonly http?: object; readonly headers?: Record<string, string> } = {}
) {
  const { recorded } = yield* Installed
  const { send: sendTo, token } = yield* TestRunner
  const { body, headers } = yield* recorded(caller)
  // Two callers send no token: a deployment switches the check off for them, which is not what this is about.
  return yield* sendTo("/v1/execute", {
    method: "POST",
    headers: { [serviceTokenHeader]: token, ...headers, ...change.headers },
    body: JSON.stringify({ ...body, ...change.body, http: { ...body.http, ...change.http } })
  })
})

const mebibytes = 1024 * 1024
const bytes = (count: number) => ({ method: "POST", body_b64: Buffer.alloc(count).toString("base64") })

layer(setting, { excludeTestServices: true, timeout: 120_000 })("A caller of the product", (it) => {
  it.effect.each(["gateway", "ext-proxy", "scheduler"])("is served as it asks: %s", (caller) =>
    Effect.gen(function* () {
      const { recorded } = yield* Installed
      const { http } = (yield* recorded(caller)).body
      const answer = yield* send(caller)
      assert.strictEqual(answer.status, 200, answer.body.error)
      const asked = handlerBody(answer) as { headers: ReadonlyArray<{ name: string; value: string }> }
      assert.deepInclude(asked, {
        method: http["method"],
        url: "/api/clients?pageSize=1",
        bytes: 0,
        clients: 1
      } as object)
      assert.deepStrictEqual(Object.fromEntries(asked.headers.map(({ name, value }) => [name, value])), http["headers"])
    })
  )

  it.effect("reads nothing for a user that it lost", () =>
    Effect.gen(function* () {
      for (const user of [undefined, null, { user_id: "" }]) {
        assert.nestedPropertyVal(handlerBody(yield* send("gateway", { body: { user } })), "clients", "not-allowed")
      }
    })
  )

  it.effect("is told nothing of names that nobody knows, which are logged once", () =>
    Effect.gen(function* () {
      const runner = yield* TestRunner
      yield* runner.takeLog
      const body = { providers: ["cap:client.read", "cap:Mind.Read\n"] }
      for (let i = 0; i < 3; i++) {
        assert.nestedPropertyVal(handlerBody(yield* send("gateway", { body })), "clients", 1)
      }
      const noted = (yield* runner.takeLog).filter(({ message }) => String(message).startsWith("unknown capabilities"))
      assert.deepStrictEqual(
        noted.map(({ from, names }) => [from, names]),
        [["providers", "cap:mind.read"]]
      )
    })
  )

  it.effect("may send 10 MiB to a handler, and no more", () =>
    Effect.gen(function* () {
      const most = yield* send("ext-proxy", { http: bytes(10 * mebibytes) })
      assert.nestedPropertyVal(handlerBody(most), "bytes", 10 * mebibytes)
      const more = yield* send("ext-proxy", { http: bytes(10 * mebibytes + 1) })
      assert.deepStrictEqual([more.status, more.body.status], [413, 413])
      assert.match(more.body.error ?? "", /^payload_too_large: /)
    })
  )

  it.effect("may have an idempotency key with blanks", () =>
    Effect.gen(function* () {
      const answer = yield* send("scheduler", { headers: { "x-idempotency-key": "one two" } })
      assert.strictEqual(answer.status, 200, answer.body.error)
    })
  )
})

layer(setting.pipe(Layer.provide(Layer.succeed(CallerBounds, { failureStatus: "200" }))), {
  excludeTestServices: true,
  timeout: 120_000
})("A caller that takes 200 alone", (it) => {
  it.effect("is told of a failure in the body, and of success as others are", () =>
    Effect.gen(function* () {
      const good = yield* send("gateway")
      assert.deepStrictEqual([good.status, good.body.status], [200, 200])
      for (const [change, status, error] of [
        [{ headers: { [serviceTokenHeader]: "wrong" } }, 401, /^unauthorized: /],
        [{ http: { path: "x" } }, 400, /^invalid_request: /],
        [{ http: bytes(10 * mebibytes + 1) }, 413, /^payload_too_large: /]
      ] as const) {
        const answer = yield* send("gateway", change)
        assert.deepStrictEqual([answer.status, answer.body.status], [200, status])
        assert.match(answer.body.error ?? "", error)
      }
    })
  )

  it.effect("is told by the HTTP status where it asks for something else", () =>
    Effect.gen(function* () {
      const { send: sendTo } = yield* TestRunner
      assert.strictEqual((yield* sendTo("/v1/unknown")).status, 404)
      assert.strictEqual((yield* sendTo("/warmup", { method: "POST", body: "{" })).status, 401)
    })
  )
})
