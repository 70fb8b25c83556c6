import { existsSync } from "node:fs"
import { builtinModules } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { guestProgram, openerProgram, type Program, transpilerProgram } from "../src/internal/host/Engine.ts"
import { programText } from "../src/internal/host/ProgramText.ts"
import { open } from "../src/internal/host/RestrictedNode.ts"

const names = builtinModules.map((name) => (name.startsWith("node:") ? name : `node:${name}`)).sort()
const entry = fileURLToPath(new URL("./fixtures/child/Builtins.ts", import.meta.url))
const root = fileURLToPath(new URL("../", import.meta.url))
const target = join(import.meta.dirname, "must-not-be-there")

interface Found {
  readonly outcomes: Readonly<Record<string, { readonly load: string; readonly use?: string }>>
  readonly required: string
  readonly taken: string
}

/** What comes of loading and using each module in a process of this program's rights. */
const foundIn = Effect.fnUntraced(function* (program: Program) {
  const node = yield* open({
    confinement: [],
    execPath: process.execPath,
    program: { ...program, text: programText(entry, root) },
    memoryPages: 1_024,
    heapMb: 64,
    frameBytes: 65_536
  })
  node.send(JSON.stringify({ names, foreign: import.meta.filename, target }))
  const answer = yield* Effect.mapError(node.next, ({ detail }) => new Error(`${detail} ${node.errorOutput()}`))
  return JSON.parse(answer.toString()) as Found
})

const denied = "ERR_ACCESS_DENIED"
const absent = "absent"
/** It computes, or works on what the program has already. */
const nothing = "nothing outside"

/**
 * What each module of Node can touch of what lies outside of the process, under the flags alone. A new version of Node may
 * bring modules that are not named here: find out what they can touch before they are.
 */
const reach: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server", "_tls_common"]
      .concat([
        "_tls_wrap",
        "assert",
        "assert/strict",
        "async_hooks",
        "buffer",
        "console",
        "constants",
        "domain",
        "events"
      ])
      .concat([
        "diagnostics_channel",
        "path",
        "path/posix",
        "path/win32",
        "perf_hooks",
        "punycode",
        "querystring",
        "readline"
      ])
      .concat(["readline/promises", "repl", "sea", "stream", "stream/consumers", "stream/promises", "stream/web"])
      .concat(["string_decoder", "sys", "test", "test/reporters", "timers", "timers/promises", "tty", "url", "util"])
      .concat(["util/types", "vm", "zlib"])
      .map((name) => [`node:${name}`, nothing])
  ),
  "node:os": "priorities of processes of the same user, names of the machine",
  "node:child_process": denied,
  "node:cluster": denied,
  "node:crypto": "ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED",
  "node:dgram": denied,
  "node:dns": denied,
  "node:dns/promises": denied,
  "node:ffi": denied,
  "node:fs": denied,
  "node:fs/promises": denied,
  "node:http": denied,
  "node:http2": denied,
  "node:https": denied,
  "node:inspector": denied,
  "node:inspector/promises": denied,
  "node:module": denied,
  "node:net": denied,
  "node:process": denied,
  "node:sqlite": absent,
  "node:tls": denied,
  "node:trace_events": denied,
  "node:v8": denied,
  "node:wasi": denied,
  "node:worker_threads": denied
}

const programs: ReadonlyArray<readonly [string, () => Program, ReadonlyArray<string>]> = [
  ["sandbox process", guestProgram, ["node:buffer", "node:fs", "node:module"]],
  ["transpiler", transpilerProgram, ["node:buffer", "node:fs", "node:fs/promises", "node:module"]],
  ["opener of archives", openerProgram, ["node:buffer", "node:crypto", "node:fs", "node:module", "node:zlib"]]
]

describe("Modules of Node", () => {
  it.live.each(programs)("are closed in a %s but for the few that it needs", ([, program, needed]) =>
    Effect.gen(function* () {
      const { outcomes, required, taken } = yield* foundIn(program())
      const loaded = names.filter((name) => outcomes[name]?.load === "allowed")
      assert.deepEqual(loaded, needed)
      assert.deepEqual([required, taken], ["Error: closed: node:os", "undefined"])
    })
  )

  it.live("can touch nothing outside that matters where they are open, by the flags alone", () =>
    Effect.gen(function* () {
      assert.deepEqual(Object.keys(reach).sort(), names)
      const { outcomes } = yield* foundIn({ ...guestProgram(), builtins: names })
      const seen = names.map((name) => {
        const { load, use } = outcomes[name] ?? { load: "not tried" }
        const stated = reach[name] ?? ""
        if (load === "ERR_UNKNOWN_BUILTIN_MODULE") return [name, absent]
        return [name, load === "allowed" ? (use ?? stated) : load]
      })
      assert.deepEqual(Object.fromEntries(seen), reach)
      assert.isFalse(existsSync(target))
    })
  )

  it.live("cannot change the flags of V8, which could have it write files", () =>
    Effect.gen(function* () {
      const url = "alga://engine/flags.ts"
      const change = 'import { setFlagsFromString } from "node:v8"; setFlagsFromString("--trace-turbo")'
      const text = { entry: url, modules: { [url]: change } }
      const node = yield* open({
        confinement: [],
        execPath: process.execPath,
        program: { ...guestProgram(), text, builtins: ["node:v8"] },
        memoryPages: 1_024,
        heapMb: 64,
        frameBytes: 65_536
      })
      assert.strictEqual((yield* Effect.flip(node.next)).reason, "exited")
      assert.include(node.errorOutput(), "Check failed: !IsFrozen()")
    })
  )
})
