import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Guest } from "../src/internal/host/Guest.ts"
import { type GuestPool, type GuestPoolOptions, makeGuestPool } from "../src/internal/host/GuestPool.ts"
import type { Restore } from "../src/internal/host/PoolRoom.ts"
import { defaultSandboxOptions } from "../src/SandboxOptions.ts"
import { coreGuest } from "./support/Guests.ts"
import { start } from "./support/PooledGuest.ts"
import { guestProcesses, run, sandboxOf } from "./support/Run.ts"

const poolOf = (given: Partial<GuestPoolOptions> = {}) =>
  makeGuestPool(start, { ...defaultSandboxOptions(), spares: 0, loadedSpares: 2, idleMb: 10_000, ...given })

const take = (pool: GuestPool, install: string, component: string) =>
  Effect.uninterruptibleMask((restore) =>
    pool.take({ key: `${install} of ${component}`, component, install, shared: false }, restore as Restore)
  )

/** Loads a component ahead; gives the process that did, once it has. */
const load = (pool: GuestPool, component: string, times = 1) =>
  Effect.gen(function* () {
    const made: Array<Guest> = []
    const make = (guest: Guest) => Effect.sync(() => void made.push(guest))
    for (let i = 0; i < times; i++) yield* pool.keepLoaded(component, make)
    return made
  })

/** A process that has loaded a component, which it is waited for. */
const loaded = (pool: GuestPool, component: string) =>
  Effect.gen(function* () {
    const made = yield* load(pool, component)
    const guest = yield* take(pool, "first", component)
    assert.deepStrictEqual(made, [guest])
    return guest
  })

describe("A process that loads a component ahead", () => {
  it.effect("is given to one install of that component, and to no other component", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const made = yield* load(pool, "a")
      const other = yield* take(pool, "x", "b")
      const first = yield* take(pool, "x", "a")
      assert.deepStrictEqual(made, [first])
      assert.notStrictEqual(other, first)
      assert.deepStrictEqual([first.key, first.loaded], ["x of a", false])
      assert.notStrictEqual(yield* take(pool, "y", "a"), first)
    })
  )

  it.effect("is one for each component, as many as there may be", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const made = [yield* load(pool, "a", 3), yield* load(pool, "b"), yield* load(pool, "c")]
      yield* take(pool, "x", "a")
      yield* take(pool, "x", "b")
      assert.deepStrictEqual(
        made.map(({ length }) => length),
        [1, 1, 0]
      )
    })
  )

  it.effect("makes room for a component that is asked for twice as much, and for none that is not", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ loadedSpares: 1 })
      const seldom = yield* load(pool, "a", 2)
      yield* Effect.repeat(Effect.yieldNow, { until: () => seldom.length === 1 })
      assert.deepStrictEqual(yield* load(pool, "b", 3), [])
      assert.isTrue(seldom[0]?.node.isOpen())
      const made = yield* load(pool, "b")
      const often = yield* take(pool, "x", "b")
      assert.deepStrictEqual([made, seldom[0]?.node.isOpen()], [[often], false])
    })
  )

  it.effect("is not started where memory has no room, and gives way to what serves installs", () =>
    Effect.gen(function* () {
      const none = yield* poolOf({ idleMb: 60 })
      assert.deepStrictEqual(yield* load(none, "a"), [])
      const pool = yield* poolOf({ idleMb: 200 })
      const ahead = yield* load(pool, "a")
      const installs = [yield* take(pool, "x", "b"), yield* take(pool, "y", "b")]
      for (const guest of installs) guest.residentBytes = 90 * 1_048_576
      yield* Effect.repeat(Effect.yieldNow, { until: () => ahead.length === 1 })
      for (const guest of installs) yield* pool.keep(guest, () => Effect.void)
      assert.deepStrictEqual(
        [...installs, ...ahead].map(({ node }) => node.isOpen()),
        [true, true, false]
      )
    })
  )

  it.effect("waits while its component is asked for, and ends when it is not", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ idleMs: 10_000 })
      const ready = yield* load(pool, "a")
      yield* Effect.repeat(Effect.yieldNow, { until: () => ready.length === 1 })
      yield* TestClock.adjust(8_000)
      yield* load(pool, "a")
      yield* TestClock.adjust(8_000)
      assert.isTrue(ready[0]?.node.isOpen())
      yield* TestClock.adjust(8_000)
      assert.isFalse(ready[0]?.node.isOpen())
    })
  )

  it.effect("is not started again for a component that could not be loaded", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      let attempts = 0
      const fail = () =>
        Effect.suspend(() => {
          attempts += 1
          return Effect.fail("not-ready")
        })
      yield* pool.keepLoaded("a", fail)
      yield* take(pool, "x", "a")
      for (let i = 0; i < 5; i++) yield* pool.keepLoaded("a", fail)
      yield* take(pool, "y", "a")
      assert.strictEqual(attempts, 1)
      yield* loaded(pool, "b")
    })
  )

  it.effect("is not started again for a component that was not loaded in time", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ startMs: 5_000 })
      let attempts = 0
      const make = () =>
        Effect.suspend(() => {
          attempts += 1
          return attempts === 1 ? Effect.never : Effect.fail("not-ready")
        })
      yield* pool.keepLoaded("a", make)
      yield* Effect.repeat(Effect.yieldNow, { until: () => attempts === 1 })
      yield* TestClock.adjust(5_000)
      yield* pool.keepLoaded("a", make)
      yield* take(pool, "x", "a")
      assert.strictEqual(attempts, 1)
    })
  )

  it.live.each(["install", "component"] as const)(
    "answers the first request of an install whose component is known, where there is a process for each %s",
    (processPer) =>
      Effect.gen(function* () {
        const guest = coreGuest("ok")
        yield* run(guest, { installId: "x" })
        while (guestProcesses().length < 2) yield* Effect.yieldNow
        const before = guestProcesses()
        yield* run(guest, { installId: "y", tenantId: "other" })
        const after = new Set(guestProcesses())
        assert.isTrue(before.every((pid) => after.has(pid)))
      }).pipe(Effect.provide(sandboxOf({ spares: 0, loadedSpares: 1, idleProcesses: 8, processes: 2, processPer })))
  )
})
