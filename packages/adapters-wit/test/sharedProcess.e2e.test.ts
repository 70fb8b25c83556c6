import { randomBytes } from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import os from "node:os"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ok } from "../src/HostCall.ts"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { timesInMemory } from "./support/ProcessMemory.ts"
import { endOfLoop, guestProcesses, longMs, loopLimits, type RunOptions, run, sandboxOf } from "./support/Run.ts"

const shared = (options: Parameters<typeof sandboxOf>[0] = {}) =>
  sandboxOf({ spares: 0, idleProcesses: 10, processPer: "component", ...options })

const [a, b, c] = [
  { tenantId: "first", installId: "x" },
  { tenantId: "second", installId: "x" },
  { tenantId: "first", installId: "y" }
]
const everywhere = () => coreGuest("keep-everywhere")

/** A body that nobody else has, with a first byte that tells the guest what to do. */
const secretOf = (first: number): Uint8Array => Uint8Array.of(first, ...randomBytes(47))

/** What a request ends with: its status, or the reason. */
const ends = (options: RunOptions<never>) =>
  Effect.match(run(everywhere(), options), {
    onFailure: (error) => ("reason" in error ? error.reason : error._tag) as string,
    onSuccess: ({ status }) => String(status)
  })

/** Has this program be refused when it gives a process its priority back, as most users on Linux are. */
const mayNotRaise = Effect.acquireRelease(
  Effect.sync(() => {
    const { setPriority } = os
    os.setPriority = ((pid: number, priority: number) => {
      if (priority < os.getPriority(pid)) throw new Error("EACCES")
      setPriority(pid, priority)
    }) as typeof setPriority
    syncBuiltinESMExports()
    return setPriority
  }),
  (setPriority) =>
    Effect.sync(() => {
      os.setPriority = setPriority
      syncBuiltinESMExports()
    })
)

const isSomeSlowed = () =>
  guestProcesses().some((pid) => {
    try {
      return os.getPriority(pid) > os.getPriority()
    } catch {
      return false
    }
  })

/** A request that is answered after its process was given a lower priority; done when that process is gone. */
const burnUntilSlowed = Effect.fnUntraced(function* (party: typeof a) {
  const rounds = 12
  let calls = 0
  const untilSlowed = Effect.gen(function* () {
    calls += 1
    while (calls === rounds && !isSomeSlowed()) yield* Effect.sleep(5)
    return ok(null)
  })
  const answer = yield* run(coreGuest("burn"), { ...party, body: new Uint8Array(rounds), host: () => untilSlowed })
  assert.strictEqual(answer.status, 200)
  while (isSomeSlowed()) yield* Effect.sleep(5)
})

/** The processes that are there after a request. */
const processesAfter = (guest: Promise<Uint8Array>, options: RunOptions<never>) =>
  Effect.map(run(guest, options), () => new Set(guestProcesses()))

describe("A process for each component", () => {
  it.live("serves installs of all tenants, each the same as alone", () =>
    Effect.gen(function* () {
      const pids = new Set<number>()
      for (const party of [a, b, a, c, b, b, c, a]) {
        const counted = yield* run(scriptGuest(), { ...party, method: "GET" })
        assert.strictEqual(counted.status, 201)
        for (const pid of guestProcesses()) pids.add(pid)
      }
      assert.strictEqual(pids.size, 1)
    }).pipe(Effect.provide(shared()))
  )

  it.live.each([
    { what: "another component", guest: () => coreGuest("keep-global"), options: b },
    { what: "another memory limit", guest: everywhere, options: { ...b, limits: { memoryMb: 16 } } }
  ])("never serves $what", ({ guest, options }) =>
    Effect.gen(function* () {
      const first = yield* processesAfter(everywhere(), a)
      assert.deepEqual(yield* processesAfter(everywhere(), b), first)
      const both = yield* processesAfter(guest(), options)
      assert.isTrue(first.isSubsetOf(both))
      assert.strictEqual(both.size, 2)
    }).pipe(Effect.provide(shared()))
  )

  it.live("serves one install where the state of a component cannot be reached", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* processesAfter(coreGuest("keep-table"), a)).size, 1)
      assert.strictEqual((yield* processesAfter(coreGuest("keep-table"), b)).size, 2)
    }).pipe(Effect.provide(shared()))
  )

  it.live.each([
    { what: "is set back", first: 36 },
    { what: "is given up", first: 34 }
  ])("holds nothing of a request in its memory when its instance $what", ({ first }) =>
    Effect.gen(function* () {
      yield* run(everywhere(), b)
      const [pid = 0] = guestProcesses()
      const secret = secretOf(first)
      const answer = yield* run(everywhere(), { ...a, body: secret })
      assert.deepEqual(answer.body, secret)
      // The next request begins when the process is ready, and not before.
      yield* run(everywhere(), b)
      assert.include([0, null], timesInMemory(pid, secret.subarray(1)))
      assert.deepEqual(guestProcesses(), [pid])
    }).pipe(Effect.provide(shared()))
  )

  it.live("is looked into by these tests where a request is under way, so that they would see it", () =>
    Effect.gen(function* () {
      yield* run(everywhere(), b)
      const [pid = 0] = guestProcesses()
      const secret = secretOf(35)
      const looping = yield* Effect.forkChild(ends({ ...a, body: secret, limits: { cpuMs: longMs } }))
      let seen: number | null = 0
      // It loops once it has kept all: until then there are fewer.
      while (seen !== null && seen < 4) {
        yield* Effect.sleep(10)
        seen = timesInMemory(pid, secret.subarray(1))
      }
      yield* Fiber.interrupt(looping)
      if (seen !== null) assert.isAtLeast(seen, 4)
    }).pipe(Effect.provide(shared()))
  )

  it.live.each([
    { how: "traps", first: 33, limits: {}, end: "trap" },
    { how: "loops", first: 35, limits: loopLimits(200), end: endOfLoop }
  ])("costs the others one restart when an install $how, however often it does", ({ end, first, limits }) =>
    Effect.gen(function* () {
      const pidOf = Effect.fnUntraced(function* (party: typeof a) {
        const before = new Set(guestProcesses())
        yield* run(everywhere(), party)
        return guestProcesses().filter((pid) => before.has(pid) || before.size === 0)
      })
      const [original = 0] = yield* pidOf(b)
      const fail = ends({ ...a, body: secretOf(first), limits })
      assert.strictEqual(yield* fail, end)
      yield* Effect.promise(() => expect.poll(guestProcesses).not.toContain(original))
      yield* run(everywhere(), b)
      yield* run(everywhere(), c)
      const after = new Set(guestProcesses())
      for (let times = 0; times < 2; times++) assert.strictEqual(yield* fail, end)
      yield* run(everywhere(), b)
      assert.isNotEmpty(guestProcesses().filter((pid) => after.has(pid)))
      assert.strictEqual(yield* ends(a), "200")
    }).pipe(Effect.provide(shared()))
  )

  it.live(
    "costs the others one restart when an install answers but slows its process for good, however often it does",
    () =>
      Effect.gen(function* () {
        yield* mayNotRaise
        const [original = 0] = yield* processesAfter(coreGuest("burn"), b)
        yield* burnUntilSlowed(a)
        yield* run(coreGuest("burn"), b)
        const after = new Set(guestProcesses())
        assert.isFalse(after.has(original))
        yield* burnUntilSlowed(a)
        yield* run(coreGuest("burn"), b)
        assert.isNotEmpty(guestProcesses().filter((pid) => after.has(pid)))
      }).pipe(Effect.scoped, Effect.provide(shared()))
  )

  it.live("answers the others while one install loops in all its requests", () =>
    Effect.gen(function* () {
      yield* run(everywhere(), b)
      const loop = ends({ ...a, body: secretOf(35), limits: { cpuMs: longMs } })
      const loops = yield* Effect.forEach([1, 2, 3, 4], () => Effect.forkChild(loop))
      const others = yield* Effect.forEach([b, c, b, c, b, c], ends, { concurrency: "unbounded" })
      assert.deepEqual(others, Array(6).fill("200"))
      assert.isNotEmpty(loops.filter((one) => one.pollUnsafe() === undefined))
      yield* Effect.forEach(loops, Fiber.interrupt)
    }).pipe(Effect.provide(shared({ concurrency: 4 })))
  )

  it.live("holds each request to its own limits, whatever another install used", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* ends({ ...a, body: new Uint8Array(100) }), "200")
      assert.strictEqual(
        yield* ends({ ...b, body: new Uint8Array(100), limits: { requestBodyBytes: 99 } }),
        "request-too-large"
      )
      assert.strictEqual(
        yield* ends({ ...b, body: new Uint8Array(100), limits: { responseBodyBytes: 99 } }),
        "response-too-large"
      )
      assert.strictEqual(yield* ends({ ...a, body: new Uint8Array(100) }), "200")
    }).pipe(Effect.provide(shared()))
  )
})
