import { alwaysGranted as always, Capability } from "@alga-psa/ext-domain"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { alwaysGranted, capabilityNames } from "../src/Granted.ts"
import { createMockHostBindings } from "../src/MockHostBindings.ts"

// What a request was told is kept by the module, which other tests of this process may have used.
vi.resetModules()
const { granted } = await import("../src/internal/granted.ts")
const { beginRequest, endRequest } = await import("../src/internal/requestFacts.ts")

const told = (...values: ReadonlyArray<string>) =>
  beginRequest(values.map((value) => ({ name: "X-Alga-Capabilities", value })))

it("knows the capabilities that the host knows", () => {
  expect([...capabilityNames].sort()).toEqual([...Capability.literals].sort())
  expect(alwaysGranted).toEqual(always)
})

describe("host.granted of a component", () => {
  it("is not there while a module loads, as no request is", () => {
    expect(() => granted("cap:client.read")).toThrow("host.granted(): not while a module loads")
  })

  describe("while a request is served", () => {
    beforeEach(() => endRequest())

    it("says what the host said with it, and no more", () => {
      told("cap:client.read,cap:storage.kv")
      expect([granted("cap:client.read"), granted("cap:storage.kv")]).toEqual([true, true])
      expect([granted("cap:service.read"), granted("cap:secrets.get")]).toEqual([false, false])
      endRequest()
      expect(granted("cap:client.read")).toBe("unknown")
    })

    it("says of an execution with no capability that nothing is granted, but for what always is", () => {
      told("")
      expect(capabilityNames.filter((name) => granted(name) !== false).sort()).toEqual([...alwaysGranted].sort())
    })

    it.each([
      ["no such header", []],
      ["two of them", ["cap:client.read", "cap:service.read"]],
      ["one of another form", ["cap:client.read cap:service.read"]],
      ["one that is too long", ["cap:client.read,".repeat(300)]]
    ])("does not know of a host that sends %s, and knows what is always granted", (_, values) => {
      told(...values)
      expect([granted("cap:client.read"), granted("cap:service.read")]).toEqual(["unknown", "unknown"])
      expect(granted("cap:user.read")).toBe(true)
    })
  })
})

describe("host.granted of mocks", () => {
  it("says what the test names, and that it does not know where the test names nothing", () => {
    const { granted: named } = createMockHostBindings({ granted: ["cap:client.read"] })
    expect([named("cap:client.read"), named("cap:service.read"), named("cap:log.emit")]).toEqual([true, false, true])
    const { granted: unsaid } = createMockHostBindings()
    expect([unsaid("cap:client.read"), unsaid("cap:log.emit")]).toEqual(["unknown", true])
  })
})
