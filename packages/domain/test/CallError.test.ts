import { assert, describe, it } from "@effect/vitest"
import { NotAllowed } from "../src/CallError.ts"

describe("NotAllowed", () => {
  it.each([
    ["an install", { reason: "capability", missing: "cap:client.read" }, "the install lacks cap:client.read"],
    ["a user", { reason: "rbac", missing: "client:read" }, "the user lacks client:read"],
    [
      "nobody",
      { reason: "rbac", missing: "client:read", why: "no-user" },
      "client:read: there is no user, and neither a schedule nor a webhook started it"
    ]
  ] as const)("says what %s lacks", (_, denial, message) => {
    assert.strictEqual(new NotAllowed(denial).message, message)
  })
})
