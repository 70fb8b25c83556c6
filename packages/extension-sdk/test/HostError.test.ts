import { describe, expect, it } from "vitest"
import { HostError, isHostError } from "../src/HostError.ts"
import { toHostError } from "../src/internal/hostCall.ts"

describe("HostError", () => {
  it("says which call failed, with which code, and what to do", () => {
    const error = new HostError("clients.list", "not-allowed")
    expect(error).toMatchObject({ name: "HostError", operation: "clients.list", code: "not-allowed" })
    expect(error.message).toContain("the install must grant it")
  })

  it("recognises a failed call, and one of given codes", () => {
    const error: unknown = new HostError("clients.get", "invalid-input")
    expect(isHostError(error)).toBe(true)
    expect(isHostError(error, "invalid-input", "internal")).toBe(true)
  })

  it("does not recognise another code or another error", () => {
    expect(isHostError(new HostError("clients.get", "invalid-input"), "internal")).toBe(false)
    expect(isHostError(new Error("internal"))).toBe(false)
    expect(isHostError({ name: "HostError", code: "internal" })).toBe(false)
    expect(isHostError(undefined)).toBe(false)
  })
})

describe("toHostError", () => {
  it.each([
    ["an object with the code as payload", { payload: "not-allowed" }],
    ["an error with the code as payload", Object.assign(new Error("not-allowed"), { payload: "not-allowed" })],
    ["the bare code", "not-allowed"]
  ])("takes the code out of %s", (_, thrown) => {
    expect(toHostError("services.list", thrown)).toMatchObject({ operation: "services.list", code: "not-allowed" })
  })

  it.each([
    ["an unknown code", { payload: "no-such-code" }],
    ["a fault of the glue", new TypeError("expected a string")],
    ["nothing", undefined],
    ["a payload that is no text", { payload: 3 }]
  ])("makes %s internal and keeps it as the cause", (_, thrown) => {
    const error = toHostError("services.get", thrown)
    expect(error.code).toBe("internal")
    expect(error.cause).toBe(thrown)
  })
})
