import { spawn } from "node:child_process"
import { once } from "node:events"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { program } from "../testing/Program.ts"
import { addressOf } from "../testing/ServeProgram.ts"
import { temporary } from "../testing/Temporary.ts"

/** What a program that a guest has taken over before it was hardened could do: ask Node to open another's debugger. */
const openDebuggerOf = (pid: number) =>
  Effect.promise(() => once(spawn(process.execPath, ["--eval", `process._debugProcess(${pid})`]), "close"))

const isAlive = (url: string) => Effect.promise(async () => (await fetch(`${url}/healthz`)).status)

describe("A runner that is sent the signal for a debugger", () => {
  it.live("opens none, and goes on", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const run = yield* program(["serve"], {
        DATABASE_URL: "postgres://127.0.0.1:1/none",
        ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE: "on",
        BUNDLE_STORE_BASE: folder,
        EXT_CACHE_ROOT: folder,
        RUNNER_SERVICE_TOKEN: "a-token-of-this-test",
        PORT: "0"
      })
      const url = yield* addressOf(run)
      for (let times = 0; times < 3; times++) {
        yield* openDebuggerOf(run.pid)
        assert.strictEqual(yield* isAlive(url), 200)
      }
      assert.strictEqual(yield* Effect.promise(() => run.end("SIGTERM")), 0)
      assert.notMatch((yield* Effect.promise(() => run.ended)).errors, /debugger|inspector/i)
    })
  )

  it.live("is asked by a signal that opens the debugger of any other program on Node", () =>
    Effect.gen(function* () {
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => spawn(process.execPath, ["--eval", "console.log(1); setInterval(() => {}, 1_000)"])),
        (child) => Effect.sync(() => void child.kill("SIGKILL"))
      )
      yield* Effect.promise(() => once(other.stdout, "data"))
      const said = Effect.promise(() => once(other.stderr, "data"))
      yield* openDebuggerOf(other.pid ?? 0)
      assert.match(String((yield* said)[0]), /Debugger listening|Starting inspector/)
    })
  )
})
