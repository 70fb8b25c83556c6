import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { adminCase, type DemoCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { noRights } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger, Redacted, Schema } from "effect"
import { HttpServerRequest } from "effect/http"
import { TestClock } from "effect/testing"
import { AnswerRights } from "../src/AnswerRights.ts"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { Execution } from "../src/Execution.ts"
import { fingerprintOf } from "../src/Fingerprint.ts"
import { Idempotency, layerOff } from "../src/Idempotency.ts"
import { execute } from "../src/internal/http/execute.ts"
import { invocationOf } from "../src/internal/invocation.ts"
import { layer as layerLife } from "../src/Life.ts"
import { layerToken, serviceTokenHeader } from "../src/ServiceToken.ts"
import { Triggers } from "../src/Triggers.ts"

const token = "a-token"
interface Asked {
  readonly timeoutMs?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly change?: Partial<DemoCase>
  readonly body?: ReadableStream | string
}

const requestOf = ({ body, change = {}, headers = {}, timeoutMs = 100 }: Asked) => {
  const demoCase = { ...adminCase, ...change }
  return HttpServerRequest.fromWeb(
    new Request("http://runner.invalid/v1/execute", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        [serviceTokenHeader]: token,
        "x-alga-tenant": demoCase.tenant,
        "x-alga-extension": demoCase.extension,
        ...headers
      },
      body: body ?? JSON.stringify({ ...executeBody(demoCase, "0".repeat(64)), limits: { timeout_ms: timeoutMs } }),
      duplex: "half"
    } as RequestInit)
  )
}

/** What the route answers where these parts are stuck, `afterMs` behind the request's arrival and no sooner. */
const answered = Effect.fnUntraced(function* (
  asked: Asked,
  stuckPart: "execution" | "keys" | "triggers" | "body",
  afterMs: number
) {
  const reached = yield* Deferred.make<void>()
  const stuck = Effect.andThen(Deferred.succeed(reached, undefined), Effect.uninterruptible(Effect.never))
  const execution = Layer.mock(Execution, {
    run: () =>
      stuckPart === "execution" ? stuck : Effect.succeed({ response: { status: 204, headers: {} }, used: null })
  })
  const keys = Layer.succeed(Idempotency, {
    reserve: () => Effect.void,
    once: (_, { run }) =>
      stuckPart === "keys" ? stuck : Effect.map(run, ({ response }) => ({ response, replayed: false }))
  })
  const rights = Layer.mock(AnswerRights, {})
  const triggers = Layer.succeed(Triggers, { accept: () => stuck, find: () => stuck })
  const fiber = yield* Effect.forkChild(
    execute(requestOf(asked)).pipe(
      Effect.provide([execution, keys, rights, triggers, layerLife, layerToken(Redacted.make(token)), Logger.layer([])])
    )
  )
  if (stuckPart !== "body") yield* Deferred.await(reached)
  yield* TestClock.adjust(afterMs - 1)
  assert.isUndefined(fiber.pollUnsafe())
  yield* TestClock.adjust(100)
  const { body, status } = yield* Fiber.join(fiber)
  assert(body._tag === "Uint8Array")
  return [status, JSON.parse(Buffer.from(body.body).toString()).error]
})

const tooLate = "the time limit was over before the extension began (timeoutMs)"
const noAnswer = "data_unavailable: the answer under the idempotency key is not there in time; ask again with the key"

describe("POST /v1/execute", () => {
  it.effect("is answered at the request's time limit where the execution is stuck", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* answered({ timeoutMs: 100 }, "execution", 100), [503, `overloaded: ${tooLate}`])
      const { timeoutMs } = defaultLimits
      assert.deepStrictEqual(yield* answered({ timeoutMs: 1e9 }, "execution", timeoutMs), [
        503,
        `overloaded: ${tooLate}`
      ])
    })
  )

  it.effect("is answered at the request's time limit where the store of idempotency keys is stuck", () =>
    Effect.gen(function* () {
      const headers = { "x-idempotency-key": "a" }
      assert.deepStrictEqual(yield* answered({ headers }, "keys", 100), [503, noAnswer])
    })
  )

  it.effect("is answered at the deployment's time limit where the store of triggers is stuck", () =>
    Effect.gen(function* () {
      const asked = { headers: { prefer: "respond-async" }, change: { user: null, trigger: "schedule" } }
      const said = yield* answered(asked, "triggers", defaultLimits.timeoutMs)
      assert.deepStrictEqual(said, [503, "data_unavailable: the store of triggers does not answer"])
    })
  )

  it.effect("is answered at the deployment's time limit where its body does not come", () =>
    Effect.gen(function* () {
      const said = yield* answered({ body: new ReadableStream() }, "body", defaultLimits.timeoutMs)
      assert.deepStrictEqual(said, [400, "invalid_request: the body did not arrive within the time limit"])
    })
  )

  it.effect("runs each time under one key of an execution where no answers are kept", () =>
    Effect.gen(function* () {
      let runs = 0
      const run = () =>
        Effect.sync(() => {
          runs += 1
          return { response: { status: 204, headers: {} }, used: null }
        })
      const parts = [Layer.mock(Execution, { run }), layerOff, Layer.succeed(Triggers, null)] as const
      const asked = execute(requestOf({ headers: { "x-idempotency-key": "a" } })).pipe(
        Effect.provide([...parts, Layer.mock(AnswerRights, {}), layerLife, layerToken(Redacted.make(token))])
      )
      assert.deepStrictEqual([(yield* asked).status, (yield* asked).status, runs], [200, 200, 2])
    })
  )

  it.effect("gives who keeps answers and triggers the key and the fingerprint of the whole request", () =>
    Effect.gen(function* () {
      const given: Array<unknown> = []
      const note = (...noted: ReadonlyArray<unknown>) => Effect.sync(() => void given.push(noted))
      const execution = Layer.mock(Execution, {})
      const answer = { response: { status: 204, headers: {} }, replayed: true }
      const keys = Layer.succeed(Idempotency, {
        reserve: (request) => note("reserve", request),
        once: (request, { mayHave }) =>
          note("once", request).pipe(Effect.andThen(mayHave(noRights)), Effect.as(answer), Effect.orDie)
      })
      const rights = Layer.succeed(AnswerRights, { mayHave: (...asked) => note("mayHave", ...asked) })
      const accept = ({ fingerprint, key }: { readonly fingerprint: string; readonly key: string | null }) =>
        Effect.andThen(note("accept", { fingerprint, key }), Effect.die("told"))
      const triggers = Layer.succeed(Triggers, { accept, find: () => Effect.die("not asked") })
      const ask = (change: Partial<DemoCase>, headers: Readonly<Record<string, string>>) => {
        const text = executeBody({ ...adminCase, ...change }, "0".repeat(64))
        const http = { ...text.http, method: "POST", body_b64: "b25l" }
        const body = JSON.stringify({ ...text, http, providers: ["cap:client.read"] })
        const named = { "x-idempotency-key": "a", "x-request-id": "request-1", ...headers }
        const answered = execute(requestOf({ body, headers: named })).pipe(
          Effect.provide([execution, keys, rights, triggers, layerLife, layerToken(Redacted.make(token))]),
          Effect.provide(Logger.layer([]))
        )
        return Effect.as(answered, Schema.decodeUnknownSync(ExecuteRequest)(JSON.parse(body)))
      }
      const asked = yield* ask({}, {})
      const waiting = yield* ask({ user: null, trigger: "schedule" }, { prefer: "respond-async" })
      const place = { tenant: adminCase.tenant, install: adminCase.install, key: "a" }
      assert.deepStrictEqual(given, [
        ["once", { ...place, fingerprint: fingerprintOf(asked) }],
        ["mayHave", invocationOf(asked, "request-1"), noRights],
        ["reserve", { ...place, fingerprint: fingerprintOf(waiting) }],
        ["accept", { key: "a", fingerprint: fingerprintOf(waiting) }]
      ])
    })
  )
})
