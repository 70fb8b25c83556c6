import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { ComponentStore, type ExecutionFailed, ok, Sandbox } from "../src/index.ts"
import { usesProcessor } from "./support/Deadline.ts"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { guestProcesses, longLimits, longMs, type RunOptions, requestOf, run, sandboxOf } from "./support/Run.ts"

/** Whether no thread of a process is left that could hold its pipes. */
const isGone = (pid: number): boolean => {
  try {
    return readdirSync(`/proc/${pid}/task`).length < 2 && /\) [XZ] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return true
  }
}

/** Ends the processes, and is back when the system has closed their pipes: this program has no chance to hear of it before. */
const endUnnoticed = (pids: ReadonlyArray<number>): void => {
  for (const pid of pids) process.kill(pid, "SIGKILL")
  while (!pids.every(isGone));
}

/** Ends the processes once their pipes are full. */
const endWhileItReads = (pids: ReadonlyArray<number>): void => {
  for (const pid of pids) process.kill(pid, "SIGSTOP")
  setImmediate(() => endUnnoticed(pids))
}

const bodyOf = (bytes: number): RunOptions<never> => ({ body: new Uint8Array(bytes) })

describe("A process that something else ends", () => {
  it.live.each([
    { read: "read any of the request", options: {}, end: endUnnoticed },
    { read: "read the whole request", options: bodyOf(1_000_000), end: endWhileItReads }
  ])("before it $read has another answer it", ({ end, options }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(scriptGuest(), { method: "GET" })).status, 201)
      const [first = 0] = guestProcesses()
      const heard: Array<boolean> = []
      const onRun = (begins: boolean) => {
        heard.push(begins)
        if (heard.length === 1) end([first])
      }
      assert.strictEqual((yield* run(scriptGuest(), { ...options, method: "GET", onRun })).status, 201)
      assert.deepStrictEqual(heard, [true, false, true])
      assert.notInclude(guestProcesses(), first)
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("fails an execution whose second process ends before it read the request, too", () =>
    Effect.gen(function* () {
      const heard: Array<boolean> = []
      const onRun = (begins: boolean) => {
        heard.push(begins)
        if (begins) endUnnoticed(guestProcesses())
      }
      const failed = yield* Effect.flip(run(coreGuest("ok"), { onRun }))
      assert.deepInclude(failed as ExecutionFailed, { reason: "crashed", ran: false })
      assert.deepStrictEqual(heard, [true, false, true, false])
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("before it loaded the component has another answer", () =>
    Effect.gen(function* () {
      const component = yield* (yield* ComponentStore).accept(yield* Effect.promise(() => coreGuest("ok")))
      const directory = mkdtempSync(join(tmpdir(), "lost-process-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(directory, { recursive: true })))
      const pipe = join(directory, "glue")
      execFileSync("mkfifo", [pipe])
      const execution = {
        component: { ...component, glue: pipe },
        tenantId: "tenant",
        installId: "install",
        request: requestOf(),
        limits: longLimits,
        host: () => Effect.succeed(ok(null))
      }
      const running = yield* Effect.forkChild((yield* Sandbox).execute(execution), { startImmediately: true })
      const glue = readFileSync(component.glue)
      // Who opens a pipe waits until somebody reads it.
      const loading = yield* Effect.promise(() => open(pipe, "w"))
      endUnnoticed(guestProcesses())
      // Who loads it next finds a file: whoever reads the pipe may not be done by then, and would get all of it twice.
      rmSync(pipe)
      copyFileSync(component.glue, pipe)
      yield* Effect.promise(() => loading.writeFile(glue).then(() => loading.close()))
      assert.strictEqual((yield* Fiber.join(running)).status, 200)
    }).pipe(Effect.scoped, Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("after its guest began fails the execution, which runs once", () =>
    Effect.gen(function* () {
      let asked = 0
      const sent = yield* Deferred.make<void>()
      const onRun = () => {
        asked += 1
        Deferred.doneUnsafe(sent, Exit.void)
      }
      const failing = yield* Effect.forkChild(
        Effect.flip(run(coreGuest("loop-forever"), { onRun, limits: { cpuMs: longMs } }))
      )
      yield* Deferred.await(sent)
      yield* usesProcessor
      endUnnoticed(guestProcesses())
      assert.deepInclude((yield* Fiber.join(failing)) as ExecutionFailed, { reason: "crashed", ran: true })
      assert.strictEqual(asked, 1)
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("after its guest called the host fails the execution, which runs once", () =>
    Effect.gen(function* () {
      let calls = 0
      const host = () =>
        Effect.sync(() => {
          calls += 1
          endUnnoticed(guestProcesses())
          return ok(null)
        })
      const failed = yield* Effect.flip(run(coreGuest("flood-host-calls"), { host, ...bodyOf(5) }))
      assert.deepInclude(failed as ExecutionFailed, { reason: "crashed", ran: true })
      assert.strictEqual(calls, 1)
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )
})
