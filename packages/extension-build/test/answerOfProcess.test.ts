import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { vi } from "vitest"
import { answerOfProcess } from "../src/internal/answerOfProcess.ts"
import { extensionFolder } from "./support/ExtensionFolder.ts"

/** Longer than any test takes. */
const longestOfAll = 600_000

const source = (name: string): string => new URL(`../src/internal/${name}`, import.meta.url).href

/** What is said of a program that may take so many milliseconds. */
const saidOf = (program: string, longest = longestOfAll) =>
  Effect.scoped(
    Effect.gen(function* () {
      const folder = yield* extensionFolder({ "program.mjs": program })
      return yield* Effect.flip(
        Effect.tryPromise({
          try: () => answerOfProcess(join(folder, "program.mjs"), { folder }, longest),
          catch: (error) => (error as Error).message
        })
      )
    })
  )

/** A server, and the first connection to it: that of a process, for as long as it lives. */
const listening = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    return server
  }),
  (server) => Effect.sync(() => void server.close())
)

const connected = async (server: Server): Promise<Socket> => {
  const [socket] = (await once(server, "connection")) as [Socket]
  return socket.on("error", () => {})
}

/** A server, and a clock that stands still: time passes by what a test says. */
const heldClock = Effect.acquireRelease(
  Effect.sync(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })),
  () => Effect.sync(() => vi.useRealTimers())
)

/** Waits in one call, as for the compiler, beside a process of its own that is connected to a port and holds its pipes. */
const waiting = (server: Server): string => {
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return `import { spawn } from "node:child_process"
import { Worker } from "node:worker_threads"
new Worker(new URL(${JSON.stringify(source("endWithParent.ts"))}))
const connects = "require('node:net').connect(${port}, '127.0.0.1')"
spawn(process.execPath, ["-e", connects], { stdio: "inherit" })
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${longestOfAll})
`
}

describe("a program that reads an extension's sources", () => {
  it.live("is ended where it takes too long, with the processes that it started", () =>
    Effect.gen(function* () {
      const server = yield* listening
      const clock = yield* heldClock
      const connection = connected(server)
      const gone = connection.then((socket) => once(socket.resume(), "close"))
      const saying = yield* Effect.forkChild(saidOf(waiting(server), 2_000), { startImmediately: true })
      yield* Effect.promise(() => connection)
      clock.advanceTimersByTime(1_999)
      assert.isUndefined(saying.pollUnsafe())
      clock.advanceTimersByTime(1)
      assert.match(yield* Fiber.join(saying), /^TypeScript took more than 2 seconds: look at "include"/)
      yield* Effect.promise(() => gone)
    })
  )

  it.live("is ended, with the processes that it started, where whoever asked it is gone", () =>
    Effect.gen(function* () {
      const server = yield* listening
      const folder = yield* extensionFolder({ "program.mjs": waiting(server) })
      const asks = `import { answerOfProcess } from ${JSON.stringify(source("answerOfProcess.ts"))}
await answerOfProcess(${JSON.stringify(join(folder, "program.mjs"))}, {}, ${longestOfAll})`
      const connection = connected(server)
      const asking = spawn(process.execPath, ["--input-type=module", "-e", asks], {
        cwd: fileURLToPath(new URL(".", import.meta.url))
      })
      const socket = yield* Effect.promise(() => connection)
      asking.kill("SIGKILL")
      yield* Effect.promise(() => once(socket.resume(), "close"))
    })
  )

  it.live("is not said to take too long where it ended by itself", () =>
    Effect.gen(function* () {
      const none = "the sources' types cannot be read: its process was ended"
      assert.equal(yield* saidOf('process.kill(process.pid, "SIGKILL")\nsetInterval(() => {}, 1_000)'), none)
      assert.match(yield* saidOf('throw new Error("broken")'), /^the sources' types cannot be read: [\s\S]*broken/)
    })
  )
})
