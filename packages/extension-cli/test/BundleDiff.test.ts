import { readFile } from "node:fs/promises"
import type { ReviewedComponent } from "@alga-psa/ext-adapters-wit"
import { alwaysGranted } from "@alga-psa/ext-domain"
import { describe, expect, it } from "vitest"
import { diffOf, type ReviewedBundle } from "../src/diff/BundleDiff.ts"
import { diffSchema } from "../src/diff/DiffSchema.ts"
import { diffLines } from "../src/diff/diffLines.ts"

type Manifest = ReviewedBundle["bundle"]["manifest"]

const page = { files: 3, bytes: 61_200, sha256: "a" }

/** A bundle that declares these capabilities, and whose component imports these interfaces. */
const bundle = (
  capabilities: ReadonlyArray<string>,
  interfaces: ReadonlyArray<string>,
  more: {
    readonly manifest?: Partial<Manifest>
    readonly component?: Partial<ReviewedComponent>
    readonly page?: ReviewedBundle["bundle"]["page"]
  } = {}
): ReviewedBundle => ({
  bundle: {
    contentHash: "sha256:0",
    bytes: 700_000,
    manifest: { name: "com.example.a", publisher: "Example", version: "1.0.0", capabilities, ...more.manifest },
    unknownCapabilities: [],
    page: more.page === undefined ? page : more.page
  },
  component: {
    hash: "0",
    bytes: 2_000_000,
    imports: ["alga:extension/types", ...interfaces.map((name) => `alga:extension/${name}`)],
    capabilities: [],
    memory: { startKib: 2_048, maximumKib: null },
    engine: "quickjs",
    needs: [],
    uses: [],
    ...more.component
  }
})

const clients = bundle(["cap:client.read"], ["clients", "logging"])
const both = ["cap:client.read", "cap:service.read"]

describe("the verdict", () => {
  it.each([
    ["the same", ["cap:client.read"], ["clients", "logging"], "same"],
    ["the same, named otherwise", [" CAP:Client.Read "], ["logging", "clients"], "same"],
    ["a capability", both, ["clients", "logging"], "more"],
    ["a capability that no host knows", ["cap:client.read", "cap:made.up"], ["clients", "logging"], "more"],
    ["an interface under a capability that it had", ["cap:client.read"], ["clients", "clients-v2", "logging"], "more"],
    ["an interface that it does not declare", ["cap:client.read"], ["clients", "storage", "logging"], "more"],
    ["the user, which is always granted", ["cap:client.read"], ["clients", "user-v2", "logging"], "more"],
    ["one thing instead of another", ["cap:service.read"], ["services", "logging"], "more"],
    ["no capability", [], ["clients", "logging"], "less"],
    ["no interface", ["cap:client.read"], ["logging"], "less"],
    ["the ids of the execution, and no log", ["cap:client.read"], ["clients", "context"], "same"]
  ] as const)("of a version that asks for %s", (_, capabilities, interfaces, verdict) => {
    expect(diffOf(clients, bundle(capabilities, interfaces)).verdict).toBe(verdict)
  })

  it("of a version that spells out what is always granted, or no longer does, is the same", () => {
    const spelled = bundle(
      ["cap:client.read", "cap:log.emit", " CAP:User.read", "cap:context.read"],
      ["clients", "logging"]
    )
    expect(diffOf(clients, spelled).verdict).toBe("same")
    expect(diffOf(spelled, clients).verdict).toBe("same")
    expect(diffOf(clients, bundle(["cap:client.read", "cap:user.read"], ["clients", "logging", "user"])).verdict).toBe(
      "more"
    )
  })

  it("does not rest on what the author's list says, nor on the page, the engine and sizes", () => {
    const told = [{ interface: "invoicing", at: "src/a.ts:1:1", written: "host.invoicing" }]
    const other = bundle(["cap:client.read"], ["clients", "logging"], {
      component: { uses: told, engine: "starlingmonkey", bytes: 13_000_000 },
      page: null,
      manifest: { api: { endpoints: [{ method: "POST", path: "/api/a" }] } }
    })
    expect(diffOf(clients, other)).toMatchObject({ verdict: "same", page: "removed" })
  })

  it("of a page alone beside an extension with a component is less, and the other way round more", () => {
    const alone = { ...bundle([], []), component: null }
    expect(diffOf(clients, alone).verdict).toBe("less")
    expect(diffOf(alone, clients).verdict).toBe("more")
  })
})

describe("what is new", () => {
  it("says which of it works at once, needs a grant, is always granted, or is refused", () => {
    const more = bundle(both, ["clients", "clients-v2", "services", "storage", "user", "logging"])
    const { added } = diffOf(clients, more).interfaces
    expect(added.map(({ grant, name }) => [name, grant])).toEqual([
      ["clients-v2", "as before"],
      ["services", "needed"],
      ["storage", "undeclared"],
      ["user", "always"]
    ])
  })

  it("names the lines that need it, as the author's word, and none of what is not new", () => {
    const uses = [
      { interface: "clients", at: "src/a.ts:1:1", written: "host.clients" },
      { interface: "services", at: "src/a.ts:2:3", written: "host.services" }
    ]
    const diff = diffOf(clients, bundle(both, ["clients", "services", "logging"], { component: { uses } }))
    const said = [{ at: "src/a.ts:2:3", written: "host.services" }]
    expect(diff.capabilities.added).toEqual([{ name: "cap:service.read", known: true, usable: true, authorSays: said }])
    const lines = diffLines(diff)
    expect(lines.filter((line) => line.includes("src/a.ts"))).toEqual([
      "      by the author's word: src/a.ts:2:3 host.services"
    ])
  })

  it("says of a capability that the component cannot use it, or that no host knows it", () => {
    const diff = diffOf(clients, bundle([...both, "cap:made.up"], ["clients", "logging"]))
    expect(diffLines(diff)).toEqual(
      expect.arrayContaining([
        "  + cap:made.up: no capability of this version",
        "  + cap:service.read: the component cannot use it"
      ])
    )
  })

  it("says of a capability that every install has that it needs no grant, and of others that they do", () => {
    const always = [...alwaysGranted]
    const diff = diffOf(clients, bundle([...both, ...always], ["clients", "context", "logging", "services", "user"]))
    expect(diffLines(diff).filter((line) => line.startsWith("  + cap:"))).toEqual([
      "  + cap:context.read: needs no grant",
      "  + cap:log.emit: needs no grant",
      "  + cap:service.read: needs a grant",
      "  + cap:user.read: needs no grant"
    ])
  })

  it("names endpoints, the page, the engine, sizes, memory, and another name or publisher", () => {
    const endpoints = (...paths: ReadonlyArray<string>) => ({
      api: { endpoints: paths.map((path) => ({ method: "GET", path })) }
    })
    const old = bundle([], [], { manifest: endpoints("/a", "/b") })
    const now = bundle([], [], {
      manifest: { ...endpoints("/b", "/c"), name: "com.example.b", publisher: "Other", version: "2.0.0" },
      component: { engine: null, bytes: 3_000_000, memory: { startKib: 4_096, maximumKib: 8_192 } },
      page: { ...page, sha256: "b" }
    })
    const diff = diffOf(old, now)
    expect(diff).toMatchObject({
      verdict: "same",
      endpoints: { added: ["GET /c"], removed: ["GET /a"] },
      page: "changed"
    })
    expect(diffLines(diff)).toEqual([
      "com.example.a → com.example.b 1.0.0 → 2.0.0: asks for the same",
      "  these are two extensions, by their names",
      "  + endpoint GET /c",
      "  - endpoint GET /a",
      "  publisher   Example → Other",
      "  page        no entry, 3 files, 61.2 KB, changed",
      "  engine      quickjs → not named",
      "  bundle      700.0 KB",
      "  component   2.0 MB → 3.0 MB",
      "  memory      2048 KiB, no bound of its own → 4096 KiB, at most 8192 KiB",
      "An update runs under the old grants until somebody grants more."
    ])
  })

  it("stays on a screen, however much a version declares", () => {
    const names = Array.from({ length: 256 }, (_, at) => `cap:${at}`)
    const endpoints = names.map((path) => ({ method: "GET", path: `/${path}` }))
    const lines = diffLines(diffOf(clients, bundle(names, ["clients"], { manifest: { api: { endpoints } } })))
    expect(lines.length).toBeLessThan(60)
    expect(lines).toContain("  + … and 236 more capabilities")
    expect(lines).toContain("  + … and 236 more endpoints")
  })
})

it("ships the form of its JSON as a schema", async () => {
  const shipped = await readFile(new URL("../diff.schema.json", import.meta.url), "utf8")
  expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(diffSchema())))
})
