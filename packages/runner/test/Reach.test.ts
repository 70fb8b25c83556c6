import { knownImports, type Review, type ReviewedComponent } from "@alga-psa/ext-adapters-wit"
import { alwaysGranted, Capability } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { type Reach, reachLines, reachOf } from "../src/Reach.ts"
import type { Settings } from "../src/Settings.ts"

const component = (imports: Iterable<string>): ReviewedComponent => ({
  hash: "0",
  bytes: 1,
  imports: [...imports],
  capabilities: [],
  memory: { startKib: 64, maximumKib: null },
  engine: null,
  needs: [],
  uses: []
})

const bundle = (
  capabilities: ReadonlyArray<string>,
  imports: Iterable<string> = knownImports,
  page = false
): Review => ({
  component: component(imports),
  bundle: {
    contentHash: "sha256:0",
    bytes: 1,
    manifest: { name: "a", publisher: "b", version: "1", capabilities },
    unknownCapabilities: [],
    page: page ? { files: 1, bytes: 1, sha256: "0" } : null
  }
})

const everyPort: Partial<Settings> = {
  EXT_EGRESS_ALLOWLIST: "api.example.com,https://other.example:8443",
  STORAGE_API_BASE_URL: "https://alga.example",
  RUNNER_STORAGE_API_TOKEN: Redacted.make("token"),
  UI_PROXY_BASE_URL: "https://alga.example"
}

const all: Reach = {
  reads: ["clients", "services"],
  sendsTo: ["https://api.example.com:443", "https://other.example:8443"],
  callsRoutes: true,
  keepsData: true,
  writesInvoices: true,
  setsSchedules: true,
  readsSecrets: true,
  seesUser: true,
  showsPage: true
}
const none: Reach = {
  reads: [],
  sendsTo: [],
  callsRoutes: false,
  keepsData: false,
  writesInvoices: false,
  setsSchedules: false,
  readsSecrets: false,
  seesUser: false,
  showsPage: false
}

/** What each capability that is granted opens, where every port is open. */
const opened: Readonly<Record<string, Partial<Reach>>> = {
  "cap:client.read": { reads: ["clients"] },
  "cap:service.read": { reads: ["services"] },
  "cap:http.fetch": { sendsTo: all.sendsTo },
  "cap:ui.proxy": { callsRoutes: true },
  "cap:storage.kv": { keepsData: true },
  "cap:invoice.manual.create": { writesInvoices: true },
  "cap:scheduler.manage": { setsSchedules: true },
  "cap:secrets.get": { readsSecrets: true }
}

describe("what an extension can at most do", () => {
  it("is all where it declares and imports all, and every port is open", () => {
    assert.deepEqual(reachOf(bundle(Capability.literals, knownImports, true), everyPort), all)
  })

  it("is nothing where it imports nothing, or is a page alone", () => {
    assert.deepEqual(reachOf(bundle(Capability.literals, []), everyPort), none)
    assert.deepEqual(reachOf({ ...bundle([], [], true), component: null }, everyPort), { ...none, showsPage: true })
  })

  it.each(Capability.literals.filter((name) => !alwaysGranted.has(name)))(
    "with %s alone is what that opens, and the user, who is always seen",
    (capability) => {
      assert.deepEqual(reachOf(bundle([` ${capability.toUpperCase()}`]), everyPort), {
        ...none,
        seesUser: true,
        ...opened[capability]
      })
    }
  )

  it("leaves out the ports that the settings do not open, whatever is declared", () => {
    assert.deepEqual(reachOf(bundle(Capability.literals), {}), {
      ...none,
      reads: all.reads,
      readsSecrets: true,
      seesUser: true
    })
  })

  it("does not see the user where it does not import them, and reads by either edition", () => {
    assert.isFalse(reachOf(bundle([], ["alga:extension/clients"]), everyPort).seesUser)
    assert.deepEqual(reachOf(bundle(["cap:client.read"], ["alga:extension/clients-v2"]), {}).reads, ["clients"])
  })

  it("of a component alone is what it would be if it declared all that it imports", () => {
    const alone: Review = { component: component(["alga:extension/storage"]), bundle: null }
    assert.deepEqual(reachOf(alone, everyPort), { ...none, keepsData: true })
  })

  it("is said in one line each, and never more than a screen", () => {
    assert.deepEqual(reachLines(none), [
      "reads no records",
      "does not see who the user is",
      "sends requests nowhere",
      "calls no route of the product",
      "reads no secrets",
      "keeps no data",
      "writes no invoices",
      "sets no schedules",
      "shows no page"
    ])
    assert.deepEqual(reachLines(all).slice(0, 3), [
      "reads clients and services",
      "sees who the user is, by name and address",
      "sends requests to https://api.example.com:443, https://other.example:8443"
    ])
  })
})
