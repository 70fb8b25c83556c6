import { assert, describe, it } from "@effect/vitest"
import { capabilityNotes, checkCapabilities, checkImports } from "../src/CheckCapabilities.ts"
import { findingLine } from "../src/Finding.ts"
import type { HostUsage } from "../src/HostUsage.ts"

const place = { file: "src/handler.ts", line: 3, column: 7 }
const certain = { interface: "clients", certain: true }
const clients: HostUsage = {
  uses: [{ ...place, ...certain, capability: "cap:client.read", written: "host.clients" }],
  escapes: [],
  callable: true
}
const none: HostUsage = { uses: [], escapes: [], callable: true }
const said = (declared: ReadonlyArray<string>, usage: HostUsage) =>
  checkCapabilities(declared, usage).map(({ message, where }) => `${where}: ${message}`)

describe("checkCapabilities", () => {
  it("finds nothing wrong where the manifest declares what the code uses, however it is written", () => {
    assert.deepEqual(said(["cap:client.read"], clients), [])
    assert.deepEqual(said([" CAP:Client.Read "], clients), [])
    assert.deepEqual(said([], none), [])
  })

  it("does not look for those that every install has", () => {
    assert.deepEqual(said(["cap:log.emit"], none), [])
    const user: HostUsage = {
      ...none,
      uses: [{ ...place, ...certain, capability: "cap:user.read", written: "host.user" }]
    }
    assert.deepEqual(said([], user), [])
  })

  it("names one that is missing and the place that needs it", () => {
    assert.deepEqual(said([], clients), [
      'manifest.json capabilities: "cap:client.read" is missing: add it, since src/handler.ts:3:7 uses host.clients'
    ])
  })

  it("names one that is missing where the host goes on without a type, too", () => {
    const loose = { ...clients, escapes: [{ ...place, why: "the host loses its type here" }] }
    assert.deepEqual(said(["cap:storage.kv"], loose), [
      'manifest.json capabilities: "cap:client.read" is missing: add it, since src/handler.ts:3:7 uses host.clients'
    ])
  })

  it("names one that is declared but unused, unless the host goes on where no type follows", () => {
    const declared = ["cap:client.read", "cap:storage.kv"]
    assert.deepEqual(said(declared, clients), [
      'manifest.json capabilities[1]: "cap:storage.kv" is declared but unused: remove it, since nothing in the component uses host.storage'
    ])
    const loose = { ...clients, escapes: [{ ...place, why: "the host loses its type here" }] }
    assert.deepEqual(said(declared, loose), [])
    assert.deepEqual(capabilityNotes(loose).map(findingLine), [
      "src/handler.ts:3:7: the host loses its type here: let types follow the host, or unused capabilities are not looked for"
    ])
  })

  it("names one that is unknown, and the one that was meant", () => {
    assert.deepEqual(said(["cap:clients.read", "cap:client.read", "cap:client.read"], clients), [
      'manifest.json capabilities[0]: "cap:clients.read" is not a capability: did you mean "cap:client.read"?',
      'manifest.json capabilities[2]: "cap:client.read" is there twice: remove one'
    ])
    assert.match(
      said(["everything"], clients)[0] ?? "",
      /"everything" is not a capability: known are cap:context\.read, /
    )
  })
})

describe("checkImports", () => {
  it("allows what a component imports, and names what it cannot use", () => {
    const imports = ["alga:extension/types", "alga:extension/clients"]
    assert.deepEqual(checkImports(["cap:client.read", "cap:user.read"], imports), [])
    assert.deepEqual(
      checkImports(["cap:service.read"], imports).map(({ message }) => message),
      [
        '"cap:service.read" is declared but unused: remove it, since the component does not import alga:extension/services'
      ]
    )
  })
})
