import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { TestClock } from "effect/testing"
import { guestProgram } from "../src/internal/host/Engine.ts"
import { type Guest, startGuest } from "../src/internal/host/Guest.ts"
import { type GuestPool, type GuestPoolOptions, makeGuestPool } from "../src/internal/host/GuestPool.ts"
import { countInstance } from "../src/internal/host/metrics.ts"
import type { Restore } from "../src/internal/host/PoolRoom.ts"
import { defaultSandboxOptions } from "../src/SandboxOptions.ts"

const start = () =>
  startGuest({
    confinement: [],
    execPath: process.execPath,
    program: guestProgram(),
    memoryPages: 1_024,
    heapMb: 64,
    frameBytes: 65_536
  })

const defaults: GuestPoolOptions = {
  ...defaultSandboxOptions(),
  spares: 0,
  loadedSpares: 0,
  idleProcesses: 2,
  idleMs: 60_000,
  requestsPerProcess: 2,
  processMb: 512
}

/** A counter's values by one attribute. */
const counts = (metric: string, attribute: string) =>
  Effect.map(Metric.snapshot, (metrics) =>
    Object.fromEntries(
      metrics
        .filter(({ id }) => id === metric)
        .map(({ attributes, state }) => [attributes?.[attribute] ?? "", (state as { readonly count: number }).count])
    )
  )

const keepIn = (pool: GuestPool) => (guest: Guest) => pool.keep(guest, () => Effect.void)

const recycled = counts("alga_extension_sandbox_processes_recycled_total", "why")

const take = (pool: GuestPool, key: string) =>
  Effect.uninterruptibleMask((restore) =>
    pool.take({ key, component: `of ${key}`, install: key, shared: false }, restore as Restore)
  )

/** What a pool has counted when it has done something. */
const counted = (act: (pool: GuestPool) => Effect.Effect<unknown, unknown>, options: Partial<GuestPoolOptions> = {}) =>
  Effect.gen(function* () {
    yield* act(yield* makeGuestPool(start, { ...defaults, ...options }))
    return yield* recycled
  }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))

describe("Processes that are replaced though they did their work", () => {
  it.effect("are not counted while they are kept", () =>
    Effect.gen(function* () {
      const kept = counted((pool) => Effect.flatMap(take(pool, "a"), keepIn(pool)))
      assert.deepEqual(yield* kept, {})
    })
  )

  it.effect("are counted by why: their requests, their size, no room, no work for long, another's decision", () =>
    Effect.gen(function* () {
      const requests = counted((pool) =>
        Effect.forEach([1, 2], () => Effect.flatMap(take(pool, "a"), keepIn(pool)), { discard: true })
      )
      assert.deepEqual(yield* requests, { requests: 1 })
      const memory = counted((pool) =>
        Effect.flatMap(take(pool, "a"), (guest) => {
          guest.residentBytes = 513 * 1_048_576
          return keepIn(pool)(guest)
        })
      )
      assert.deepEqual(yield* memory, { memory: 1 })
      const room = counted(
        (pool) =>
          Effect.gen(function* () {
            const guests = [yield* take(pool, "a"), yield* take(pool, "b")]
            yield* Effect.forEach(guests, keepIn(pool))
          }),
        { idleProcesses: 1 }
      )
      assert.deepEqual(yield* room, { room: 1 })
      const idle = counted((pool) =>
        Effect.andThen(Effect.flatMap(take(pool, "a"), keepIn(pool)), TestClock.adjust(defaults.idleMs * 2))
      )
      assert.deepEqual(yield* idle, { idle: 1 })
      const decided = counted((pool) => Effect.flatMap(take(pool, "a"), (guest) => pool.retire(guest, "priority")))
      assert.deepEqual(yield* decided, { priority: 1 })
    })
  )

  it.effect("are counted as dead where they die waiting, or by the time they are taken back", () =>
    Effect.gen(function* () {
      const waiting = counted((pool) =>
        Effect.gen(function* () {
          const guest = yield* take(pool, "a")
          yield* keepIn(pool)(guest)
          process.kill(guest.node.pid, "SIGKILL")
          yield* Effect.exit(guest.node.closed)
          yield* take(pool, "b")
        })
      )
      assert.deepEqual(yield* waiting, { dead: 1 })
      const late = counted((pool) =>
        Effect.flatMap(take(pool, "a"), (guest) => {
          process.kill(guest.node.pid, "SIGKILL")
          return Effect.andThen(Effect.exit(guest.node.closed), keepIn(pool)(guest))
        })
      )
      assert.deepEqual(yield* late, { dead: 1 })
    })
  )
})

describe("Instances", () => {
  it.effect("are counted by what became of them, never by a guest's own words", () =>
    Effect.gen(function* () {
      for (const outcome of ["restored", "trap", "memory-grown", "interrupted", "tenant 7 was here"]) {
        yield* countInstance(outcome)
      }
      assert.deepEqual(yield* counts("alga_extension_sandbox_instances_total", "outcome"), {
        restored: 1,
        trap: 1,
        "memory-grown": 1,
        interrupted: 1,
        other: 1
      })
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
