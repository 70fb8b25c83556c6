import { Buffer } from "node:buffer"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ok } from "../src/HostCall.ts"
import { defaultLimits } from "../src/index.ts"
import { bind } from "../src/internal/host/binding.ts"
import { converse } from "../src/internal/host/conversation.ts"
import { guestProgram, type Program } from "../src/internal/host/Engine.ts"
import { receive, startGuest } from "../src/internal/host/Guest.ts"
import { sha256 } from "../src/Sha256.ts"
import { requestOf } from "./support/Run.ts"

/** Glue that answers what comes of each expression: its value, or the code or name of what it throws. */
const glueThatTries = (expressions: ReadonlyArray<string>): string => `
const outcome = async (attempt) => {
  try { return String(await attempt()) } catch (error) { return error.code ?? error.name }
}
const outcomes = []
for (const attempt of [${expressions.map((expression) => `() => ${expression}`).join(", ")}]) outcomes.push(await outcome(attempt))
const body = new TextEncoder().encode(JSON.stringify(outcomes))
export const instantiate = () => ({ handler: () => ({ status: 200, headers: [], body }) })
`

/** What comes of expressions in a process that runs this program and is bound, as the sandbox binds one. */
const outcomesIn = Effect.fnUntraced(function* (program: Program, expressions: ReadonlyArray<string>) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-bound-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const glue = join(folder, "guest.js")
  const text = glueThatTries(expressions)
  yield* Effect.promise(() => writeFile(glue, text))
  const glueSha256 = yield* Effect.promise(() => sha256(Buffer.from(text)))
  const guest = yield* Effect.acquireRelease(
    Effect.sync(() =>
      startGuest({
        confinement: [],
        execPath: process.execPath,
        program,
        memoryPages: 1_024,
        heapMb: 64,
        frameBytes: 1_048_576
      })
    ),
    ({ node }) => node.end
  )
  yield* receive(guest)
  yield* bind(
    guest,
    { hash: "", glue, glueSha256, imports: [], modules: [], unrestorable: null },
    [],
    defaultLimits,
    false
  )
  const { body } = yield* converse(guest, "install", requestOf(), defaultLimits, () => Effect.succeed(ok(null)))
  return JSON.parse(Buffer.from(body ?? []).toString()) as ReadonlyArray<string>
})

const leakUrl = "alga://engine/leak.ts"

/** The program, with a hole: what it calls an object's `leaked` reads files from then on, also for generated code. */
const leaking = (program: Program): Program => ({
  ...program,
  text: {
    entry: leakUrl,
    modules: {
      ...program.text.modules,
      [leakUrl]: `
import { readFileSync } from "node:fs"
const read = () => readFileSync(${JSON.stringify(import.meta.filename)}, "utf8").slice(0, 6)
const attempt = () => { try { return read() } catch (error) { return error.code } }
Object.leaked = { before: attempt(), read }
await import(${JSON.stringify(program.text.entry)})
`
    }
  }
})

const readsBeforeAndAfter = ["Object.leaked.before", "Object.leaked.read()"]

describe("A sandbox process that is bound to a component", () => {
  it("may read no file from the start", () => {
    assert.deepEqual(guestProgram().reads, [])
  })

  it.live("is denied files, also where its program has a hole", () =>
    Effect.gen(function* () {
      const outcomes = yield* outcomesIn(leaking(guestProgram()), readsBeforeAndAfter)
      assert.deepEqual(outcomes, ["ERR_ACCESS_DENIED", "ERR_ACCESS_DENIED"])
    })
  )

  it.live("gives up what it may read before generated code is loaded", () =>
    Effect.gen(function* () {
      const outcomes = yield* outcomesIn(leaking({ ...guestProgram(), reads: ["*"] }), readsBeforeAndAfter)
      assert.deepEqual(outcomes, ["import", "ERR_ACCESS_DENIED"])
    })
  )

  it.live("leaves generated code nothing but the language", () =>
    Effect.gen(function* () {
      const outcomes = yield* outcomesIn(guestProgram(), [
        "1 + 1",
        "typeof process + typeof Buffer + typeof fetch + typeof setTimeout + typeof require",
        'import("node:fs")',
        'import("node:module")',
        'import("data:text/javascript,1")',
        `import(${JSON.stringify(`file://${import.meta.filename}`)})`,
        'new Function("return 1")()',
        "[].filter.constructor('return 1')()"
      ])
      assert.deepEqual(outcomes, [
        "2",
        "undefined".repeat(5),
        "Error",
        "Error",
        "Error",
        "Error",
        "EvalError",
        "EvalError"
      ])
    })
  )
})
