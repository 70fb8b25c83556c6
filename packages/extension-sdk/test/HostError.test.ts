import { describe, expect, it } from "vitest"
import { HostError, isHostError } from "../src/HostError.ts"
import {
  isHttpError,
  isProxyError,
  isSchedulerError,
  isSecretError,
  isStorageError,
  isUserError
} from "../src/HostErrors.ts"
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

describe("a failure of one part of the host", () => {
  const parts = [
    [isSecretError, "secrets.get", "expired"],
    [isHttpError, "http.fetch", "transport"],
    [isStorageError, "storage.putJson", "conflict"],
    [isProxyError, "uiProxy.callRoute", "route-not-found"],
    [isSchedulerError, "scheduler.get", "validation-failed"],
    [isUserError, "user.getUser", "not-available"]
  ] as const

  it.each(parts)("is recognised by its own predicate alone", (own, operation, code) => {
    const error = new HostError(operation, code)
    expect(parts.filter(([is]) => is(error)).map(([is]) => is)).toEqual([own])
    expect(own(new HostError(operation, "invalid-input"))).toBe(false)
  })

  it.each([
    ["secrets.get", "denied", "cap:secrets.get"],
    ["http.fetch", "not-allowed", "cap:http.fetch"],
    ["storage.get", "denied", "cap:storage.kv"],
    ["uiProxy.callRoute", "denied", "cap:ui.proxy"],
    ["scheduler.list", "denied", "cap:scheduler.manage"]
  ] as const)("names the capability that %s needs", (operation, code, capability) => {
    expect(new HostError(operation, code).message).toContain(capability)
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
