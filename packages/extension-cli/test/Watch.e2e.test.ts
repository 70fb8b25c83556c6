import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Queue, Ref, Stream } from "effect"
import { afterChanges, changes } from "../src/dev/Watch.ts"

/** An extension's folder, and what waits until a change in it is seen. */
const watched = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-watch-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  yield* Effect.promise(() => mkdir(join(folder, "src")))
  const seen = yield* Queue.unbounded<void>()
  yield* Effect.forkScoped(
    Stream.runForEach(changes(folder), () => Queue.offer(seen, undefined)),
    { startImmediately: true }
  )
  return { folder, next: Queue.take(seen) }
})

const write = (...path: ReadonlyArray<string>) => Effect.promise(() => writeFile(join(...path), "x"))

describe("What dev watches", () => {
  it.live("are sources, also in folders that come, go and come back, and the files beside them", () =>
    Effect.gen(function* () {
      const { folder, next } = yield* watched
      yield* write(folder, "src", "a.ts")
      yield* next
      yield* Effect.promise(() => mkdir(join(folder, "ui")))
      yield* next
      yield* write(folder, "ui", "index.html")
      yield* next
      yield* Effect.promise(() => rename(join(folder, "src"), join(folder, "away")))
      yield* next
      yield* Effect.promise(() => mkdir(join(folder, "src")))
      yield* next
      yield* write(folder, "src", "b.ts")
      yield* next
      yield* write(folder, "manifest.json")
      yield* next
    })
  )

  it.live("is nothing else, such as what a build writes", () =>
    Effect.gen(function* () {
      const { folder, next } = yield* watched
      yield* Effect.promise(() => mkdir(join(folder, "dist")))
      yield* write(folder, "dist", "main.wasm")
      yield* write(folder, "notes.md")
      assert.isTrue(Option.isNone(yield* Effect.timeoutOption(next, "200 millis")))
    })
  )
})

describe("What runs after changes", () => {
  it.effect("runs at once, and once more for all that changed during the first run", () =>
    Effect.gen(function* () {
      const changed = yield* Queue.unbounded<void>()
      const runs = yield* Queue.unbounded<void>()
      const ends = yield* Queue.unbounded<void>()
      const begun = yield* Ref.make(0)
      const run = Ref.update(begun, (count) => count + 1).pipe(
        Effect.andThen(Queue.offer(runs, undefined)),
        Effect.andThen(Queue.take(ends))
      )
      const running = yield* Effect.forkChild(afterChanges(Stream.fromQueue(changed), run))
      yield* Queue.take(runs)
      for (let change = 0; change < 3; change++) yield* Queue.offer(changed, undefined)
      while ((yield* Queue.size(changed)) > 0) yield* Effect.yieldNow
      assert.strictEqual(yield* Ref.get(begun), 1)
      yield* Queue.offer(ends, undefined)
      yield* Queue.take(runs)
      yield* Queue.offer(ends, undefined)
      for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
      assert.strictEqual(yield* Ref.get(begun), 2)
      yield* Fiber.interrupt(running)
    })
  )
})
