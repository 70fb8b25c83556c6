import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { checkOrigin } from "../src/Origin.ts"

const id = "0f000000-0000-4000-8000-000000000001"
const user = { user_id: id }

const accepts = (context: object, rest: object = {}) => {
  const request = Schema.decodeUnknownSync(ExecuteRequest)({
    context: { tenant_id: id, extension_id: id, install_id: id, content_hash: "ab".repeat(32), ...context },
    http: { method: "GET", path: "/" },
    ...rest
  })
  return Exit.isSuccess(Effect.runSyncExit(checkOrigin(request)))
}

describe("the origin of an execution", () => {
  it("may be a schedule, a webhook or anything else without a user", () => {
    for (const context of [{ trigger: "schedule" }, { trigger: "webhook" }, { schedule_id: "s1" }, {}]) {
      assert.isTrue(accepts(context))
      assert.isTrue(accepts(context, { user: null }))
    }
  })

  it("may be a user, whatever the trigger says", () => {
    for (const trigger of ["schedule", "webhook", "manual", null]) assert.isTrue(accepts({ trigger }, { user }))
  })

  it("is not a schedule and a user at once", () => {
    assert.isFalse(accepts({ schedule_id: "s1" }, { user }))
    assert.isFalse(accepts({ schedule_id: "s1", trigger: "manual" }, { user }))
  })
})
