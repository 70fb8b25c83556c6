import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import type { Bench } from "../src/dev/Bench.ts"
import { panelEvents } from "../src/dev/PanelEvents.ts"

const start: Bench = {
  name: "one",
  viewer: "admin",
  viewers: [],
  capabilities: [],
  endpoints: [],
  world: { stored: [], storedMore: 0, schedules: [], drafts: [] },
  build: { status: "building" },
  inNode: false,
  revision: 0,
  executions: []
}

const revisionOf = (event: string): number => JSON.parse(event.replace(/^data: /, "")).revision

/** A panel that was told how things are. It takes no event before `read` lets it. */
const panel = Effect.gen(function* () {
  const bench = yield* SubscriptionRef.make(start)
  const read = yield* Queue.unbounded<void>()
  const told = yield* Queue.unbounded<number>()
  yield* Effect.forkScoped(
    Stream.runForEach(panelEvents(bench), (event) =>
      Effect.andThen(Queue.take(read), Queue.offer(told, revisionOf(event)))
    )
  )
  const change = (revision: number) => SubscriptionRef.set(bench, { ...start, revision })
  const next = Effect.andThen(Queue.offer(read, undefined), Queue.take(told))
  assert.strictEqual(yield* next, 0)
  yield* TestClock.adjust("1 second")
  return { change, next, read, told }
})

describe("the panel's events", () => {
  it.effect("tell a change at once, and of a thousand in the moment after it the newest alone", () =>
    Effect.gen(function* () {
      const { change, next } = yield* panel
      yield* change(1)
      assert.strictEqual(yield* next, 1)
      for (let at = 2; at <= 1_000; at++) yield* change(at)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(yield* next, 1_000)
      yield* TestClock.adjust("100 millis")
      yield* change(1_001)
      assert.strictEqual(yield* next, 1_001)
    })
  )

  it.effect("are ten a second at most, however often something changes and however fast a panel reads", () =>
    Effect.gen(function* () {
      const { change, read, told } = yield* panel
      for (let at = 1; at <= 1_000; at++) {
        yield* Queue.offer(read, undefined)
        yield* change(at)
        yield* TestClock.adjust("1 millis")
      }
      const seen = [yield* Queue.take(told)]
      while (seen.at(-1) !== 1_000) {
        yield* TestClock.adjust("100 millis")
        seen.push(yield* Queue.take(told))
      }
      assert.isAtMost(seen.length, 11)
    })
  )

  it.effect("keep nothing but the newest for a panel that does not read", () =>
    Effect.gen(function* () {
      const { change, next } = yield* panel
      yield* change(1)
      yield* TestClock.adjust("1 second")
      for (let at = 2; at <= 1_000; at++) {
        yield* change(at)
        yield* TestClock.adjust("1 second")
      }
      const first = yield* next
      yield* TestClock.adjust("1 second")
      assert.isAtMost(first, 2)
      assert.strictEqual(yield* next, 1_000)
    })
  )
})
