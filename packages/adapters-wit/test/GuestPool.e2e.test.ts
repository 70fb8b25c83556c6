import { fileURLToPath } from "node:url"
import { turn } from "@alga-psa/ext-domain/testing/EventLoop"
import { makeSetClock } from "@alga-psa/ext-domain/testing/setClock"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { guestProgram } from "../src/internal/host/Engine.ts"
import { type Guest, startGuest } from "../src/internal/host/Guest.ts"
import { type GuestPool, type GuestPoolOptions, makeGuestPool } from "../src/internal/host/GuestPool.ts"
import type { Restore } from "../src/internal/host/PoolRoom.ts"
import { programText } from "../src/internal/host/ProgramText.ts"
import { guestOptions, start, take } from "./support/PooledGuest.ts"

const neverReady = fileURLToPath(new URL("./fixtures/child/NeverReady.ts", import.meta.url))
const root = fileURLToPath(new URL("../", import.meta.url))

/** A process that never says that it is ready. */
const startSilent = () =>
  startGuest({ ...guestOptions, program: { ...guestProgram(), text: programText(neverReady, root) } })

const defaults: GuestPoolOptions = {
  spares: 0,
  loadedSpares: 0,
  idleProcesses: 2,
  idleMb: 1_024,
  idleMs: 60_000,
  startMs: 10_000,
  requestsPerProcess: 100,
  processMb: 512,
  processes: 64,
  memoryMb: 8_192,
  processors: 2
}

const poolOf = (given: Partial<GuestPoolOptions> = {}) => makeGuestPool(start, { ...defaults, ...given })

const isReady = () => Effect.void

/** Takes a process that installs share. */
const takeShared = (pool: GuestPool, install: string) =>
  Effect.uninterruptibleMask((restore) =>
    pool.take({ key: "a", component: "of a", install, shared: true }, restore as Restore)
  )

/** A pool of so many processes, none of which is gone before it is said. */
const poolOfLateEnds = Effect.fnUntraced(function* (processes: number) {
  const isGone = yield* Deferred.make<void>()
  const startHeld = () => {
    const guest = start()
    return { ...guest, node: { ...guest.node, end: Effect.andThen(guest.node.end, Deferred.await(isGone)) } }
  }
  return { isGone, pool: yield* makeGuestPool(startHeld, { ...defaults, processes }) }
})

describe("GuestPool", () => {
  it.effect("gives a process that was kept to its own key again, and to no other", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const first = yield* take(pool, "a")
      yield* pool.keep(first, isReady)
      const other = yield* take(pool, "b")
      assert.notStrictEqual(other.node.pid, first.node.pid)
      assert.strictEqual((yield* take(pool, "a")).node.pid, first.node.pid)
    })
  )

  it.live("says that a process works, waits or can be started, and when none can", () =>
    Effect.gen(function* () {
      let works = true
      const started: Array<Guest> = []
      const starting = () => {
        const guest = startGuest({ ...guestOptions, execPath: works ? process.execPath : "/absent/node" })
        started.push(guest)
        return guest
      }
      const pool = yield* makeGuestPool(starting, { ...defaults, startMs: 3_600_000 })
      yield* pool.check
      yield* pool.check
      const guest = yield* take(pool, "a")
      assert.deepStrictEqual(started, [guest])
      works = false
      yield* pool.check
      yield* pool.keep(guest, isReady)
      yield* pool.check
      assert.lengthOf(started, 1)
      yield* pool.discard(guest)
      assert.strictEqual((yield* Effect.flip(pool.check)).reason, "unavailable")
    })
  )

  it.effect("ends a process that was started to see whether one can be, where nobody takes it", () =>
    Effect.gen(function* () {
      const started: Array<Guest> = []
      const starting = () => {
        started.push(start())
        return started.at(-1) as Guest
      }
      const pool = yield* makeGuestPool(starting, { ...defaults, idleMs: 10_000 })
      yield* pool.check
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(
        started.map(({ node }) => node.isOpen()),
        [true]
      )
      yield* TestClock.adjust(10_000)
      assert.isFalse(started[0]?.node.isOpen())
    })
  )

  it.effect("leaves the one that is kept ready where another was started to see whether one can be", () =>
    Effect.gen(function* () {
      const started: Array<Guest> = []
      const starting = () => {
        started.push(start())
        return started.at(-1) as Guest
      }
      const open = () => started.filter(({ node }) => node.isOpen()).length
      const pool = yield* makeGuestPool(starting, { ...defaults, spares: 1, idleMs: 10_000, startMs: 3_600_000 })
      yield* pool.check
      assert.strictEqual(open(), 2)
      const pass = Effect.andThen(TestClock.adjust(5_000), TestClock.withLive(Effect.sleep(10)))
      yield* Effect.repeat(pass, { until: () => open() < 2 })
      yield* TestClock.adjust(60_000)
      assert.deepStrictEqual([open(), started.length], [1, 2])
    })
  )

  it.effect("gives one process to one taker at a time", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      yield* pool.keep(yield* take(pool, "a"), isReady)
      const [one, two] = yield* Effect.all([take(pool, "a"), take(pool, "a")], { concurrency: "unbounded" })
      assert.notStrictEqual(one.node.pid, two.node.pid)
    })
  )

  it.effect("never gives a discarded process again", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const first = yield* take(pool, "a")
      yield* pool.discard(first)
      assert.isFalse(first.node.isOpen())
      assert.notStrictEqual((yield* take(pool, "a")).node.pid, first.node.pid)
    })
  )

  it.effect("does not give a kept process that died meanwhile", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const first = yield* take(pool, "a")
      yield* pool.keep(first, isReady)
      process.kill(first.node.pid, "SIGKILL")
      yield* Effect.exit(first.node.closed)
      assert.isTrue((yield* take(pool, "a")).node.isOpen())
    })
  )

  it.effect("keeps as many processes as it may, and ends the one that waited longest", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ idleProcesses: 1 })
      const first = yield* take(pool, "a")
      const second = yield* take(pool, "b")
      yield* pool.keep(first, isReady)
      assert.isTrue(first.node.isOpen())
      yield* pool.keep(second, isReady)
      assert.isFalse(first.node.isOpen())
      assert.isTrue(second.node.isOpen())
    })
  )

  it.effect("keeps processes of so much memory together, and ends those that waited longest when it is more", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ idleProcesses: 4, idleMb: 300 })
      const guests = [yield* take(pool, "a"), yield* take(pool, "b"), yield* take(pool, "c"), yield* take(pool, "d")]
      for (const guest of guests) guest.residentBytes = 100 * 1_048_576
      for (const guest of guests.slice(0, 3)) yield* pool.keep(guest, isReady)
      assert.deepEqual(
        guests.map(({ node }) => node.isOpen()),
        [true, true, true, true]
      )
      for (const guest of guests.slice(3)) {
        guest.residentBytes += 1
        yield* pool.keep(guest, isReady)
      }
      assert.deepEqual(
        guests.map(({ node }) => node.isOpen()),
        [false, false, true, true]
      )
    })
  )

  it.effect("keeps the process that worked last though it takes more memory alone than all may", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ idleMb: 300 })
      const [first, large] = [yield* take(pool, "a"), yield* take(pool, "b")]
      yield* pool.keep(first, isReady)
      large.residentBytes = 301 * 1_048_576
      yield* pool.keep(large, isReady)
      assert.deepEqual([first.node.isOpen(), large.node.isOpen()], [false, true])
    })
  )

  it.effect("keeps a process for its time, and no longer", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ idleMs: 10_000 })
      const guest = yield* take(pool, "a")
      yield* pool.keep(guest, isReady)
      yield* TestClock.adjust(5_000)
      assert.isTrue(guest.node.isOpen())
      yield* TestClock.adjust(10_000)
      assert.isFalse(guest.node.isOpen())
    })
  )

  it.effect("keeps a process for its time where the clock is set back", () =>
    Effect.gen(function* () {
      const clock = yield* makeSetClock
      const kept = Effect.gen(function* () {
        const pool = yield* poolOf({ idleMs: 10_000 })
        const guest = yield* take(pool, "a")
        yield* pool.keep(guest, isReady)
        yield* clock.setBy(-3_600_000)
        yield* TestClock.adjust(15_000)
        return guest.node.isOpen()
      })
      assert.isFalse(yield* clock.by(kept))
    })
  )

  it.effect("ends a process that never says that it is ready after its time, and starts another", () =>
    Effect.gen(function* () {
      const started: Array<Guest> = []
      yield* makeGuestPool(
        () => {
          const guest = startSilent()
          started.push(guest)
          return guest
        },
        { ...defaults, spares: 1, startMs: 5_000 }
      )
      yield* TestClock.adjust(4_999)
      assert.lengthOf(started, 1)
      assert.isTrue(started[0]?.node.isOpen())
      yield* TestClock.adjust(1)
      assert.isFalse(started[0]?.node.isOpen())
      yield* TestClock.adjust(1_000)
      assert.lengthOf(started, 2)
    })
  )

  it.effect("fails whoever needs a process that never says that it is ready", () =>
    Effect.gen(function* () {
      const pool = yield* makeGuestPool(startSilent, { ...defaults, startMs: 5_000 })
      const taking = yield* Effect.forkChild(Effect.flip(take(pool, "a")), { startImmediately: true })
      yield* TestClock.adjust(5_000)
      assert.strictEqual((yield* Fiber.join(taking)).reason, "unavailable")
    })
  )

  for (const [ends, given] of [
    [1, "gives another"],
    [2, "fails"]
  ] as const) {
    it.effect(`${given} where ${ends} in a row ended while they started`, () =>
      Effect.gen(function* () {
        const started: Array<Guest> = []
        const pool = yield* makeGuestPool(() => {
          const guest = started.length < ends ? startSilent() : start()
          if (started.push(guest) <= ends) process.kill(guest.node.pid, "SIGALRM")
          return guest
        }, defaults)
        const taken = yield* Effect.result(take(pool, "a"))
        assert.strictEqual(
          taken._tag === "Success" ? taken.success : taken.failure.reason,
          ends === 1 ? started[1] : "crashed"
        )
        assert.lengthOf(started, 2)
      })
    )
  }

  it.effect("makes a process ready ahead, once, for its key and no other", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const made: Array<Guest> = []
      const ready = yield* Deferred.make<void>()
      const make = (guest: Guest) =>
        Effect.andThen(
          Effect.sync(() => made.push(guest)),
          Deferred.await(ready)
        )
      yield* pool.prepare("a", make)
      yield* pool.prepare("a", make)
      const asking = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      const other = yield* take(pool, "b")
      yield* Deferred.succeed(ready, undefined)
      const guest = yield* Fiber.join(asking)
      assert.deepEqual(made, [guest])
      assert.notStrictEqual(other, guest)
      assert.strictEqual(guest.key, "a")
      yield* pool.keep(guest, isReady)
      yield* pool.prepare("a", make)
      assert.strictEqual(yield* take(pool, "a"), guest)
      assert.lengthOf(made, 1)
    })
  )

  it.effect("has who asks for a key wait for the process that is being made ready for it again", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const guest = yield* take(pool, "a")
      const ready = yield* Deferred.make<void>()
      yield* Effect.forkChild(
        pool.keep(guest, () => Deferred.await(ready)),
        { startImmediately: true }
      )
      const next = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      assert.notStrictEqual(yield* take(pool, "b"), guest)
      assert.isUndefined(next.pollUnsafe())
      yield* Deferred.succeed(ready, undefined)
      assert.strictEqual(yield* Fiber.join(next), guest)
    })
  )

  it.effect("counts a process that waits for work with what it has, not with what was seen of it before", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ memoryMb: 68 })
      const first = yield* take(pool, "a")
      first.ownBytes = 0
      yield* pool.keep(first, isReady)
      assert.isTrue((yield* take(pool, "b")).node.isOpen())
      assert.isFalse(first.node.isOpen())
    })
  )

  it.effect("gives the process of its key to who waits for room, where that comes back first", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ processes: 1 })
      const first = yield* take(pool, "a")
      const gone = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      const next = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      const other = yield* Effect.forkChild(take(pool, "b"), { startImmediately: true })
      yield* Fiber.interrupt(gone)
      yield* pool.keep(first, isReady)
      assert.strictEqual(yield* Fiber.join(next), first)
      assert.isTrue(first.node.isOpen())
      assert.isUndefined(other.pollUnsafe())
      yield* pool.keep(first, isReady)
      assert.notStrictEqual(yield* Fiber.join(other), first)
      assert.isFalse(first.node.isOpen())
    })
  )

  for (const key of ["a", "b"]) {
    it.effect(`makes nobody who asks for a process being made ready pass who waits for room with key ${key}`, () =>
      Effect.gen(function* () {
        const pool = yield* poolOf({ processes: 1 })
        const first = yield* take(pool, "a")
        const next = yield* Effect.forkChild(take(pool, key), { startImmediately: true })
        const ready = yield* Deferred.make<void>()
        yield* Effect.forkChild(
          pool.keep(first, () => Deferred.await(ready)),
          { startImmediately: true }
        )
        const late = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
        yield* Deferred.succeed(ready, undefined)
        const served = yield* Fiber.join(next)
        assert.strictEqual(served === first, key === "a")
        assert.isUndefined(late.pollUnsafe())
        yield* pool.keep(served, isReady)
        yield* Fiber.join(late)
      })
    )
  }

  it.effect("gives a process that has loaded the component ahead to who waits for room, instead of ending it", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ processes: 2, loadedSpares: 1 })
      yield* take(pool, "a")
      const loading = yield* Deferred.make<Guest>()
      const ready = yield* Deferred.make<void>()
      yield* pool.keepLoaded("of b", (guest) => Effect.andThen(Deferred.succeed(loading, guest), Deferred.await(ready)))
      const loaded = yield* Deferred.await(loading)
      const gone = yield* Effect.forkChild(take(pool, "b"), { startImmediately: true })
      const next = yield* Effect.forkChild(take(pool, "b"), { startImmediately: true })
      yield* Fiber.interrupt(gone)
      yield* Deferred.succeed(ready, undefined)
      assert.strictEqual(yield* Fiber.join(next), loaded)
      assert.deepStrictEqual([loaded.key, loaded.loaded, loaded.node.isOpen()], ["b", false, true])
    })
  )

  it.effect("ends another process for who waits first for room than the one that the next of them needs", () =>
    Effect.gen(function* () {
      const { isGone, pool } = yield* poolOfLateEnds(3)
      const wanted = yield* take(pool, "a")
      const other = yield* take(pool, "b")
      yield* pool.discard(yield* take(pool, "c"))
      const waiting: Array<Fiber.Fiber<Guest, unknown>> = []
      for (const key of ["c", "d", "a"]) {
        waiting.push(yield* Effect.forkChild(take(pool, key), { startImmediately: true }))
      }
      yield* pool.keep(wanted, isReady)
      yield* pool.keep(other, isReady)
      yield* Deferred.succeed(isGone, undefined)
      for (const fiber of waiting) yield* Fiber.join(fiber)
      assert.strictEqual(yield* Fiber.join(waiting[2] ?? assert.fail()), wanted)
      assert.deepStrictEqual([wanted.node.isOpen(), other.node.isOpen()], [true, false])
    })
  )

  it.effect("gives its own process to who asks while room comes for another", () =>
    Effect.gen(function* () {
      const { isGone, pool } = yield* poolOfLateEnds(2)
      const own = yield* take(pool, "a")
      yield* pool.discard(yield* take(pool, "b"))
      yield* pool.keep(own, isReady)
      const waiting = yield* Effect.forkChild(take(pool, "b"), { startImmediately: true })
      assert.strictEqual(yield* take(pool, "a"), own)
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(isGone, undefined)
      yield* Fiber.join(waiting)
    })
  )

  it.effect("serves who waits for a component before who asks for it later, though room comes for another", () =>
    Effect.gen(function* () {
      const { isGone, pool } = yield* poolOfLateEnds(2)
      const own = yield* take(pool, "a")
      yield* pool.discard(yield* take(pool, "b"))
      const first = yield* Effect.forkChild(take(pool, "b"), { startImmediately: true })
      const next = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      const ready = yield* Deferred.make<void>()
      yield* Effect.forkChild(
        pool.keep(own, () => Deferred.await(ready)),
        { startImmediately: true }
      )
      const late = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      yield* Deferred.succeed(ready, undefined)
      yield* Deferred.succeed(isGone, undefined)
      yield* Fiber.join(first)
      assert.strictEqual(yield* Fiber.join(next), own)
      assert.isUndefined(late.pollUnsafe())
      yield* Fiber.interrupt(late)
    })
  )

  it.effect("gives a spare to who waits for room, once it has started", () =>
    Effect.gen(function* () {
      const started: Array<Guest> = []
      const mayBeReady = yield* Deferred.make<void>()
      const pool = yield* makeGuestPool(
        () => {
          const guest = start()
          const held = Effect.tap(guest.node.next, () => Deferred.await(mayBeReady))
          started.push(started.length === 0 ? guest : { ...guest, node: { ...guest.node, next: held } })
          return started.at(-1) ?? guest
        },
        { ...defaults, spares: 1, processes: 2 }
      )
      yield* Effect.repeat(turn, { until: () => (started[0]?.fileBytes ?? 0) > 0 })
      const first = yield* take(pool, "a")
      assert.strictEqual(first, started[0])
      yield* Effect.repeat(turn, { until: () => started.length === 2 })
      const waiting = yield* Effect.forkChild(take(pool, "b"), { startImmediately: true })
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(mayBeReady, undefined)
      assert.strictEqual(yield* Fiber.join(waiting), started[1])
      assert.lengthOf(started, 2)
    })
  )

  it.effect("gives a process that installs share to who waits for room, before it gives it to who asks later", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ processes: 1 })
      const first = yield* takeShared(pool, "x")
      const second = yield* Effect.forkChild(takeShared(pool, "y"), { startImmediately: true })
      yield* TestClock.adjust(100)
      const third = yield* Effect.forkChild(takeShared(pool, "z"), { startImmediately: true })
      yield* pool.keep(first, isReady)
      assert.strictEqual(yield* Fiber.join(second), first)
      assert.isUndefined(third.pollUnsafe())
      yield* pool.keep(first, isReady)
      assert.strictEqual(yield* Fiber.join(third), first)
    })
  )

  it.effect("has nobody wait longer for a process at work where the time of day was set back meanwhile", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const first = yield* takeShared(pool, "x")
      yield* TestClock.adjust("2 days")
      const second = yield* Effect.forkChild(takeShared(pool, "y"), { startImmediately: true })
      yield* TestClock.setTime(0)
      yield* pool.keep(first, isReady)
      assert.strictEqual(yield* Fiber.join(second), first)
      const third = yield* Effect.forkChild(takeShared(pool, "z"), { startImmediately: true })
      yield* TestClock.adjust(100)
      assert.notStrictEqual(yield* Fiber.join(third), first)
    })
  )

  it.effect("has installs that share a process wait for one at work, until that took as long as starting another", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const first = yield* takeShared(pool, "x")
      const second = yield* Effect.forkChild(takeShared(pool, "y"), { startImmediately: true })
      const gone = yield* Effect.forkChild(takeShared(pool, "w"), { startImmediately: true })
      yield* TestClock.adjust(60)
      yield* Fiber.interrupt(gone)
      yield* pool.keep(first, isReady)
      assert.strictEqual(yield* Fiber.join(second), first)
      const third = yield* Effect.forkChild(takeShared(pool, "z"), { startImmediately: true })
      yield* TestClock.adjust(39)
      assert.isUndefined(third.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.notStrictEqual(yield* Fiber.join(third), first)
      assert.isTrue(first.node.isOpen())
    })
  )

  it.effect(
    "has installs that share a process wait for one at work before one is taken that has loaded their component",
    () =>
      Effect.gen(function* () {
        const pool = yield* poolOf({ loadedSpares: 1 })
        const first = yield* takeShared(pool, "x")
        const loaded = yield* Deferred.make<Guest>()
        yield* pool.keepLoaded("of a", (guest) => Effect.asVoid(Deferred.succeed(loaded, guest)))
        const ahead = yield* Deferred.await(loaded)
        const second = yield* Effect.forkChild(takeShared(pool, "y"), { startImmediately: true })
        yield* TestClock.adjust(60)
        yield* pool.keep(first, isReady)
        assert.strictEqual(yield* Fiber.join(second), first)
        const third = yield* Effect.forkChild(takeShared(pool, "z"), { startImmediately: true })
        yield* TestClock.adjust(40)
        assert.strictEqual(yield* Fiber.join(third), ahead)
      })
  )

  it.effect.each([
    { what: "ends", idleMb: 159, left: [false, true] },
    { what: "keeps", idleMb: 160, left: [true, true] }
  ])("$what one of two processes that share installs, where each has $idleMb / 2 MB", ({ idleMb, left }) =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ idleMb })
      const first = yield* takeShared(pool, "x")
      const other = yield* Effect.forkChild(takeShared(pool, "y"), { startImmediately: true })
      yield* TestClock.adjust(100)
      const guests = [first, yield* Fiber.join(other)]
      for (const guest of guests) for (const install of ["x", "y"]) guest.installs.numberOf(install)
      for (const guest of guests) yield* pool.keep(guest, isReady)
      assert.deepEqual(
        guests.map(({ node }) => node.isOpen()),
        left
      )
    })
  )

  it.effect("ends a process that is not ready again in time, and gives another to who waits for it", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const guest = yield* take(pool, "a")
      const kept = yield* Effect.forkChild(
        pool.keep(guest, () => Effect.never),
        { startImmediately: true }
      )
      const next = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      yield* TestClock.adjust(defaults.startMs)
      yield* Fiber.join(kept)
      assert.isFalse(guest.node.isOpen())
      assert.notStrictEqual(yield* Fiber.join(next), guest)
    })
  )

  it.effect("ends a process whose being made ready is interrupted", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const guest = yield* take(pool, "a")
      const kept = yield* Effect.forkChild(
        pool.keep(guest, () => Effect.never),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(kept)
      assert.isFalse(guest.node.isOpen())
      assert.notStrictEqual(yield* take(pool, "a"), guest)
    })
  )

  it.effect("starts another process for whoever asks where one could not be made ready", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const made: Array<Guest> = []
      yield* pool.prepare("a", (guest) => {
        made.push(guest)
        return Effect.fail("not-ready")
      })
      const guest = yield* take(pool, "a")
      assert.lengthOf(made, 1)
      assert.notInclude(made, guest)
      assert.isFalse(made[0]?.node.isOpen())
    })
  )

  it.effect("keeps a process that was made ready for somebody who gave up waiting", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf()
      const ready = yield* Deferred.make<void>()
      const made = yield* Deferred.make<Guest>()
      yield* pool.prepare("a", (guest) => Effect.andThen(Deferred.succeed(made, guest), Deferred.await(ready)))
      const asking = yield* Effect.forkChild(take(pool, "a"), { startImmediately: true })
      const guest = yield* Deferred.await(made)
      yield* Fiber.interrupt(asking)
      yield* Deferred.succeed(ready, undefined)
      assert.strictEqual(yield* take(pool, "a"), guest)
    })
  )

  it.effect("replaces a process after its requests, and not before", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ requestsPerProcess: 2 })
      const first = yield* take(pool, "a")
      yield* pool.keep(first, isReady)
      assert.strictEqual(yield* take(pool, "a"), first)
      yield* pool.keep(first, isReady)
      assert.isFalse(first.node.isOpen())
      assert.isTrue((yield* take(pool, "a")).node.isOpen())
    })
  )

  it.effect("replaces a process that has become larger than it may, and keeps one that has not", () =>
    Effect.gen(function* () {
      const pool = yield* poolOf({ processMb: 100 })
      const guest = yield* take(pool, "a")
      guest.residentBytes = 100 * 1_048_576
      yield* pool.keep(guest, isReady)
      assert.isTrue(guest.node.isOpen())
      assert.strictEqual(yield* take(pool, "a"), guest)
      guest.residentBytes += 1
      yield* pool.keep(guest, isReady)
      assert.isFalse(guest.node.isOpen())
    })
  )
})
