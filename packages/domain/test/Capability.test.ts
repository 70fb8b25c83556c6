import { assert, describe, it } from "@effect/vitest"
import {
  alwaysGranted,
  Capability,
  effectiveCapabilities,
  isCapability,
  parseCapabilities,
  unknownCapabilities
} from "../src/Capability.ts"

const malformed = [
  null,
  undefined,
  42,
  "cap:client.read",
  { "cap:client.read": true },
  [1, null, {}, ["cap:client.read"]]
]

describe("isCapability", () => {
  it("knows a name as it is written, and no other", () => {
    assert.isTrue(Capability.literals.every(isCapability))
    for (const name of ["CAP:CLIENT.READ", "cap:client.write", "", "__proto__"]) assert.isFalse(isCapability(name))
  })
})

describe("parseCapabilities", () => {
  it("knows every capability by its name", () => {
    assert.deepEqual([...parseCapabilities(Capability.literals)], [...Capability.literals])
  })

  it("compares names trimmed and in lower case", () => {
    assert.deepEqual([...parseCapabilities([" CAP:Client.Read\n", "cap:client.read"])], ["cap:client.read"])
  })

  it("leaves out names it does not know", () => {
    assert.deepEqual([...parseCapabilities(["cap:client.write", "client.read", "", "__proto__"])], [])
  })

  it.each(malformed)("takes %j as naming nothing", (stored) => {
    assert.strictEqual(parseCapabilities(stored).size, 0)
  })
})

describe("unknownCapabilities", () => {
  it("gives each unknown name once, in order, and no known one", () => {
    const stored = ["cap:b", " CAP:a ", "cap:client.read", "cap:B", "cap:log.emit"]
    assert.deepEqual(unknownCapabilities(stored), ["cap:b", "cap:a"])
  })

  it.each(malformed)("finds nothing in %j", (stored) => {
    assert.deepEqual(unknownCapabilities(stored), [])
  })
})

describe("effectiveCapabilities", () => {
  const effective = (declared: unknown, granted: unknown) =>
    [...effectiveCapabilities(declared, granted)].filter((name) => !alwaysGranted.has(name))

  it("takes what is both declared and granted", () => {
    assert.deepEqual(effective(["cap:client.read", "cap:http.fetch"], ["Cap:Client.Read", "cap:service.read"]), [
      "cap:client.read"
    ])
  })

  it.each([
    [["cap:client.read"], []],
    [[], ["cap:client.read"]],
    [null, ["cap:client.read"]],
    [["cap:client.read"], { "cap:client.read": true }]
  ])("takes nothing of declared %j and granted %j", (declared, granted) => {
    assert.deepEqual(effective(declared, granted), [])
  })

  it("always has context, log and user", () => {
    assert.deepEqual([...effectiveCapabilities([], null)].sort(), ["cap:context.read", "cap:log.emit", "cap:user.read"])
  })
})
