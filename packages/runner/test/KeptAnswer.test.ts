import type { UsedRights } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { given, KeptAnswer, keptOf } from "../src/KeptAnswer.ts"
import { afterRun, fail, type RunnerErrorCode, statusOf } from "../src/RunnerError.ts"

const used: UsedRights = {
  capabilities: ["cap:client.read"],
  permissions: ["client:read"],
  subject: { userType: "internal", clientId: null }
}
const response = { status: 201, headers: { vary: "a" }, body_b64: "AP8=" }
const codes = Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>

describe("What is kept of an execution", () => {
  it("is what the handler answered, with the rights that it rests on", () => {
    assert.deepStrictEqual(keptOf(Exit.succeed({ response, used })), { response, used })
    assert.deepStrictEqual(keptOf(Exit.succeed({ response, used: null })), { response, used: null })
  })

  it.each(codes)("is that it ended with %s where its handler had got the request, and else nothing", (code) => {
    const error = fail(code, "why", new Error("private"))
    assert.deepStrictEqual(keptOf(Exit.fail(afterRun(error, used))), { failed: { code, detail: "why" }, used })
    assert.isNull(keptOf(Exit.fail(error)))
  })

  it("is nothing of one that was cut, or that the host has a fault in", () => {
    assert.isNull(keptOf(Exit.interrupt()))
    assert.isNull(keptOf(Exit.die(new Error("broken"))))
  })

  it("is the same when it was stored between, and holds no cause", () => {
    const stored = Schema.fromJsonString(KeptAnswer)
    const failed = keptOf(Exit.fail(afterRun(fail("execute_failed", "trap: why", new Error("private")), used)))
    for (const kept of [keptOf(Exit.succeed({ response, used })), failed]) {
      assert(kept !== null)
      const text = Schema.encodeSync(stored)(kept)
      assert.notInclude(text, "private")
      assert.deepStrictEqual(Schema.decodeUnknownSync(stored)(text), kept)
    }
  })

  it("names no right that is none, and no failure that is none", () => {
    const decode = Schema.decodeUnknownExit(KeptAnswer)
    const rights = [
      { ...used, capabilities: ["cap:made.up"] },
      { ...used, permissions: ["client:write"] },
      { ...used, subject: { userType: "admin", clientId: null } },
      { capabilities: [], permissions: [] },
      undefined
    ]
    const broken = [{}, { code: "made_up", detail: "" }, { code: "execute_failed" }]
    for (const one of broken) assert.isTrue(Exit.isFailure(decode({ failed: one, used })), JSON.stringify(one))
    for (const one of rights) assert.isTrue(Exit.isFailure(decode({ response, used: one })), JSON.stringify(one))
  })
})

describe("A kept answer", () => {
  it.effect("is given as it was given first", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* given({ response, used }), response)
      const error = yield* Effect.flip(given({ failed: { code: "execute_failed", detail: "trap: why" }, used }))
      assert.deepStrictEqual([error.code, error.message], ["execute_failed", "execute_failed: trap: why"])
    })
  )
})
