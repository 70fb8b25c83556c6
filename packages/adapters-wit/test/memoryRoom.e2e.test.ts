import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Queue } from "effect"
import { ok } from "../src/HostCall.ts"
import { coreGuest } from "./support/Guests.ts"
import { guestProcesses, run, sandboxOf } from "./support/Run.ts"

const pages = (mebibytes: number) => new Uint8Array(mebibytes * 16)

/** Executions that each fill so much memory, tell of it, and go on when they are released. */
const fillers = Effect.gen(function* () {
  const filled = yield* Queue.unbounded<string>()
  const release = yield* Deferred.make<void>()
  const fill = (installId: string, mebibytes: number) =>
    run(coreGuest("fill-memory"), {
      installId,
      tenantId: installId,
      body: pages(mebibytes),
      host: () => Effect.as(Effect.andThen(Queue.offer(filled, installId), Deferred.await(release)), ok(null))
    }).pipe(
      Effect.match({
        onFailure: (error) => `${(error as { readonly reason: string }).reason} ${"ran" in error && error.ran}`,
        onSuccess: ({ status }) => String(status)
      }),
      Effect.forkChild
    )
  return { fill, filled: Queue.take(filled), release: Deferred.succeed(release, undefined) }
})

const few = { concurrency: 4, spares: 0, idleProcesses: 4 }

describe("Sandbox processes", () => {
  it.live("fill what they may have together", () =>
    Effect.gen(function* () {
      const { fill, filled, release } = yield* fillers
      const all = [yield* fill("a", 100), yield* fill("b", 100)]
      yield* Effect.all([filled, filled])
      yield* release
      assert.deepStrictEqual(yield* Fiber.joinAll(all), ["200", "200"])
    }).pipe(Effect.provide(sandboxOf({ ...few, memoryMb: 300 })))
  )

  it.live("end with memory-limit where they grow beyond it: the one that has most, and no other", () =>
    Effect.gen(function* () {
      const { fill, filled, release } = yield* fillers
      const most = yield* fill("a", 180)
      yield* filled
      const other = yield* fill("b", 120)
      assert.strictEqual(yield* Fiber.join(most), "memory-limit true")
      yield* filled
      yield* release
      assert.strictEqual(yield* Fiber.join(other), "200")
    }).pipe(Effect.provide(sandboxOf({ ...few, memoryMb: 300 })))
  )

  it.live("end first where they wait for work, so that those that work may grow", () =>
    Effect.gen(function* () {
      const { fill, filled, release } = yield* fillers
      for (const installId of ["one", "two", "three"]) {
        assert.strictEqual((yield* run(coreGuest("ok"), { installId })).status, 200)
      }
      const kept = guestProcesses()
      assert.lengthOf(kept, 3)
      const large = yield* fill("large", 255)
      yield* filled
      while (kept.every((pid) => guestProcesses().includes(pid))) yield* Effect.sleep(5)
      yield* release
      assert.strictEqual(yield* Fiber.join(large), "200")
    }).pipe(Effect.provide(sandboxOf({ ...few, memoryMb: 290 })))
  )

  it.live("are never more than they may be: who comes then waits for one to end", () =>
    Effect.gen(function* () {
      const { fill, filled, release } = yield* fillers
      const all = yield* Effect.forEach(["a", "b", "c", "d"], (install) => fill(install, 1))
      yield* Effect.all([filled, filled])
      assert.lengthOf(guestProcesses(), 2)
      yield* release
      assert.deepStrictEqual(yield* Fiber.joinAll(all), ["200", "200", "200", "200"])
      assert.isAtMost(guestProcesses().length, 2)
    }).pipe(Effect.provide(sandboxOf({ ...few, processes: 2 })))
  )

  it.live("are what the system ends first where memory ends, and have few threads", () =>
    Effect.gen(function* () {
      const { fill, filled, release } = yield* fillers
      const one = yield* fill("a", 1)
      yield* filled
      const pids = guestProcesses()
      assert.isNotEmpty(pids)
      for (const pid of pids) {
        assert.strictEqual(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"), "1000\n")
        assert.isAtMost(Number(/^Threads:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]), 7)
      }
      assert.notStrictEqual(readFileSync("/proc/self/oom_score_adj", "utf8"), "1000\n")
      yield* release
      yield* Fiber.join(one)
    }).pipe(Effect.provide(sandboxOf(few)))
  )
})
