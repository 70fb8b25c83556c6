import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inspect } from "../src/commands/inspect.ts"
import { manifest, pack } from "../testing/Archive.ts"
import { commandRun } from "../testing/CommandRun.ts"
import { buildFixtureComponent } from "../testing/Extensions.ts"
import { temporary } from "../testing/Temporary.ts"

const shown = /^[\p{L}\p{M}\p{N}\p{P}\p{S} \n]*$/u
const evil = "a\u001b[2J\u001b]0;title\u0007\r\nlimits        timeoutMs 1\u202ex\u2028\u009b31m"
const limitNames = Object.keys(defaultLimits)
const component = buildFixtureComponent("steps")
const run = commandRun(inspect)

/** What `inspect` says of a bundle with this manifest and component, or with a page alone. */
const inspectedWith = Effect.fnUntraced(function* (
  fields: object,
  component: Uint8Array | undefined,
  flags: ReadonlyArray<string> = [],
  settings: Readonly<Record<string, string>> = {}
) {
  const file = join(yield* temporary, "bundle.tar.zst")
  const files = { "dist/main.wasm": component, "ui/index.html": "<p>" }
  yield* Effect.promise(async () =>
    writeFile(file, await pack({ "manifest.json": JSON.stringify({ ...manifest, ...fields }), ...files }))
  )
  return yield* run(["inspect", file, ...flags], settings)
})

const inspected = (fields: object, ...flags: ReadonlyArray<string>) => inspectedWith(fields, undefined, flags)

const named = { name: evil, publisher: evil, version: evil, capabilities: ["cap:client.read", evil] }

describe("inspect", () => {
  it.live("shows names of a bundle's, whatever is in them, and does nothing that they say", () =>
    Effect.gen(function* () {
      const plain = yield* inspected({})
      const { code, out, text } = yield* inspected(named)
      assert.strictEqual(code, 0)
      assert.match(text, shown)
      assert.include(text, "a\\u{1b}[2J")
      assert.strictEqual(out.filter((line) => line.startsWith("limits ")).length, 1)
      assert.strictEqual(out.length, plain.out.length + 1)
    })
  )

  it.live("gives them whole as JSON, of which a terminal shows all", () =>
    Effect.gen(function* () {
      const { text } = yield* inspected(named, "--json")
      assert.match(text, shown)
      assert.deepInclude(JSON.parse(text).bundle.manifest, named)
    })
  )

  it.live("says what a component needs of its host with each request", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "component.wasm")
      const content = Buffer.from(`\u000aalga:needsrequest-time,made-up`)
      const section = Uint8Array.from([0, content.length, ...content])
      yield* Effect.promise(async () => writeFile(file, Buffer.concat([await component, section])))
      const { out } = yield* run(["inspect", file])
      assert.deepEqual(
        out.filter((line) => line.startsWith("needs")),
        ["needs         request-time: on a host that sends none, a caller could set x-alga-request-time itself"]
      )
    })
  )

  it.live("says what an extension can at most do with the ports that are open here, in lines and as JSON", () =>
    Effect.gen(function* () {
      const fields = {
        capabilities: ["cap:client.read", "cap:http.fetch"],
        api: { endpoints: [{ method: "GET", path: "/a" }] }
      }
      const bytes = yield* Effect.promise(() => component)
      const { out } = yield* inspectedWith(fields, bytes)
      assert.deepEqual([out[0], out[2]], ["at most, here reads clients", "              sends requests nowhere"])
      assert.match(out.at(-1) ?? "", new RegExp(`^limits {8}timeoutMs 25000, .*, ${limitNames.at(-1)} \\d+$`))
      assert.include(out, "endpoints     GET /a")
      assert.isFalse(out.some((line) => line.startsWith("needs")))
      const open = yield* inspectedWith(fields, bytes, ["--json"], { EXT_EGRESS_ALLOWLIST: "api.example.com" })
      assert.deepInclude(JSON.parse(open.text).atMost, {
        reads: ["clients"],
        sendsTo: ["https://api.example.com:443"],
        keepsData: false,
        writesInvoices: false
      })
    })
  )

  it.live("says of a page alone that it has no component, and reads nothing", () =>
    Effect.gen(function* () {
      const { out } = yield* inspected({})
      assert.includeMembers([...out], ["component     none", "at most, here reads no records"])
    })
  )

  it.live("cuts what is long, and says in one short line why a bundle is none", () =>
    Effect.gen(function* () {
      const { out } = yield* inspected({ publisher: "p".repeat(1_000_000) })
      assert.isAtMost(Math.max(...out.map((line) => line.length)), 1_000)
      const broken = yield* inspected({ capabilities: Array(10_000).fill(1) })
      assert.strictEqual(broken.code, 1)
      // On a busy machine it says first what it is doing.
      assert.match(broken.errors, /^(checking the component …\n)?alga-extension-runner: manifest\.json .*\n$/)
      assert.isAtMost(broken.errors.length, 350)
    })
  )
})
