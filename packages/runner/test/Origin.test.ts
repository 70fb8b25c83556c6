import { Capability } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { checkOrigin, restriction } from "../src/Origin.ts"

const id = "0f000000-0000-4000-8000-000000000001"
const user = { user_id: id }

const request = (context: object, rest: object = {}) =>
  Schema.decodeUnknownSync(ExecuteRequest)({
    context: { tenant_id: id, extension_id: id, install_id: id, content_hash: "ab".repeat(32), ...context },
    http: { method: "GET", path: "/" },
    ...rest
  })

const accepts = (context: object, rest: object = {}) =>
  Exit.isSuccess(Effect.runSyncExit(checkOrigin(request(context, rest))))

const mayRead = (context: object, rest: object = {}) => {
  const restrictTo = restriction(request(context, rest))
  return restrictTo === null || restrictTo.has("cap:client.read")
}

describe("an execution without a user", () => {
  it("reads by its capabilities alone when a schedule or a webhook started it", () => {
    for (const context of [{ trigger: "schedule" }, { trigger: " Webhook" }, { schedule_id: "s1" }]) {
      assert.isTrue(accepts(context))
      assert.isTrue(mayRead(context))
    }
  })

  it("reads nothing that a user's permissions bound when nothing says what started it", () => {
    for (const context of [{}, { trigger: "manual" }, { trigger: "" }, { trigger: null, schedule_id: "" }]) {
      assert.isTrue(accepts(context))
      assert.isFalse(mayRead(context))
      assert.isFalse(mayRead(context, { user: null }))
      assert.isFalse(mayRead(context, { providers: [...Capability.literals] }))
    }
  })

  it("keeps the capabilities that no user bounds", () => {
    assert.isTrue(restriction(request({}))?.has("cap:http.fetch"))
    assert.isFalse(restriction(request({}, { providers: ["cap:storage.kv"] }))?.has("cap:http.fetch"))
  })
})

describe("an execution with a user", () => {
  it("is refused when it names a schedule too", () => {
    assert.isTrue(accepts({}, { user }))
    assert.isFalse(accepts({ schedule_id: "s1" }, { user }))
    assert.isFalse(accepts({ schedule_id: "s1", trigger: "manual" }, { user }))
  })

  it("stays the user's, whatever its trigger", () => {
    for (const trigger of ["schedule", "webhook", "manual", null]) {
      assert.isTrue(accepts({ trigger }, { user }))
      assert.isTrue(mayRead({ trigger }, { user }))
    }
  })

  it("is restricted by the named providers alone", () => {
    assert.isNull(restriction(request({}, { user })))
    assert.deepStrictEqual(
      [...(restriction(request({}, { user, providers: ["cap:log.emit"] })) ?? [])],
      ["cap:log.emit"]
    )
  })
})
