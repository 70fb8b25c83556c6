import { Buffer } from "node:buffer"
import { builtinModules } from "node:module"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { guestProgram } from "../src/internal/host/Engine.ts"
import { programText } from "../src/internal/host/ProgramText.ts"
import { open } from "../src/internal/host/RestrictedNode.ts"

const entry = fileURLToPath(new URL("./fixtures/child/Attempts.ts", import.meta.url))
const root = fileURLToPath(new URL("../", import.meta.url))

const urlOf = (name: string) => `node:${name.replace(/^node:/, "")}`

/** What a sandbox process is started with, and all modules of Node for the attempts beside. */
const options = {
  confinement: [],
  execPath: process.execPath,
  program: { ...guestProgram(), text: programText(entry, root), builtins: builtinModules.map(urlOf), reads: [entry] },
  memoryPages: 1_024,
  heapMb: 64,
  frameBytes: 65_536
}

const denied = "ERR_ACCESS_DENIED"

describe("a restricted process", () => {
  it.live("reads its own program and is denied everything else, and less once it is hardened", () =>
    Effect.gen(function* () {
      const node = yield* open(options)
      node.send(Buffer.from(JSON.stringify({ own: entry, foreign: process.execPath })))
      const { before, after } = JSON.parse((yield* node.next).toString())
      assert.deepEqual(before, {
        readOwn: "allowed",
        read: denied,
        write: denied,
        network: denied,
        names: denied,
        process: denied,
        worker: denied,
        eval: "EvalError: Code generation from strings disallowed for this context",
        function: "EvalError: Code generation from strings disallowed for this context",
        inspector: denied,
        environment: 0
      })
      const { powers, tried, ...rest } = after
      assert.deepEqual([...new Set(Object.values(tried))].sort(), ["Error", "TypeError"])
      assert.deepEqual(rest, { readOwn: denied, globals: [], process: "undefined", environment: true })
      const harmless = [
        "env",
        "version",
        "versions",
        "nextTick",
        "_tickCallback",
        "_fatalException",
        "emitWarning"
      ].concat(["argv0", "exitCode", "features", "permission"])
      assert.includeMembers(harmless, powers)
    })
  )

  it.live("has no environment where this program is asked for its coverage, which Node hands on by itself", () =>
    Effect.gen(function* () {
      const asked = process.env["NODE_V8_COVERAGE"]
      process.env["NODE_V8_COVERAGE"] = "/nowhere"
      const node = yield* Effect.ensuring(
        open(options),
        Effect.sync(() => {
          if (asked === undefined) delete process.env["NODE_V8_COVERAGE"]
          else process.env["NODE_V8_COVERAGE"] = asked
        })
      )
      node.send(Buffer.from(JSON.stringify({ own: entry, foreign: process.execPath })))
      assert.strictEqual(JSON.parse((yield* node.next).toString()).before.environment, 0)
    })
  )

  it.live("is gone when its scope closes", () =>
    Effect.gen(function* () {
      const pid = yield* Effect.scoped(Effect.map(open(options), (node) => node.pid))
      assert.throws(() => process.kill(pid, 0), /ESRCH/)
    })
  )

  it.live("is broken by a frame over the bound", () =>
    Effect.gen(function* () {
      const node = yield* open({ ...options, frameBytes: 16 })
      node.send(Buffer.from(JSON.stringify({ own: entry, foreign: process.execPath })))
      const broken = yield* Effect.flip(node.next)
      assert.strictEqual(broken.reason, "frame-too-large")
      assert.isFalse(node.isOpen())
    })
  )

  it.live("that ends by itself is broken for all who ask, and the first of what it said of that is kept", () =>
    Effect.gen(function* () {
      const url = "alga://engine/ends.ts"
      const ends = `import { writeSync } from "node:fs"; writeSync(2, "e".repeat(9_000)); process.exit(3)`
      const text = { entry: url, modules: { [url]: ends } }
      const node = yield* open({ ...options, program: { ...guestProgram(), text } })
      assert.deepEqual(yield* Effect.flip(node.next), { reason: "exited", detail: "code 3, signal null" })
      assert.strictEqual(node.errorOutput(), "e".repeat(8_192))
      node.forgetErrors()
      assert.strictEqual(node.errorOutput(), "")
      const told: Array<string> = []
      node.onBroken(({ reason }) => told.push(reason))
      assert.deepEqual(told, ["exited"])
    })
  )

  it.live("that cannot be started says so", () =>
    Effect.gen(function* () {
      const node = yield* open({ ...options, execPath: "/nowhere/node" })
      assert.strictEqual((yield* Effect.flip(node.next)).reason, "not-started")
    })
  )
})
