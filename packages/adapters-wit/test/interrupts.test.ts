import { turns, until } from "@alga-psa/ext-domain/testing/EventLoop"
import { interruptEveryStep } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { makeIntake } from "../src/Intake.ts"
import { makeAdmission } from "../src/internal/host/Admission.ts"
import type { Guest } from "../src/internal/host/Guest.ts"
import { type GuestPoolOptions, makeGuestPool } from "../src/internal/host/GuestPool.ts"
import type { Restore } from "../src/internal/host/PoolRoom.ts"
import { standInGuest } from "./support/standIn.ts"

const one = { tenantId: "t", installId: "i" }
const work = turns(1)

describe("Admission, interrupted at every step", () => {
  const made = () =>
    makeAdmission({ concurrency: 1, concurrencyPerTenant: 1, concurrencyPerInstall: 1, queueLength: 10 })

  it.live("gives back the turn of an execution that runs", () =>
    Effect.gen(function* () {
      const admission = made()
      const steps = yield* interruptEveryStep(
        admission.run(one, () => work),
        () => Effect.sync(() => assert.deepStrictEqual([admission.running(), admission.waiting()], [0, 0]))
      )
      assert.isAbove(steps, 5)
    })
  )

  it.live("gives back the turn of one that waits and gets it meanwhile, and hands it on", () =>
    Effect.gen(function* () {
      const admission = made()
      const contended = Effect.gen(function* () {
        const before = yield* Effect.forkDetach(
          admission.run(one, () => turns(3)),
          { startImmediately: true }
        )
        yield* Effect.ensuring(
          admission.run(one, () => work),
          Effect.ignore(Fiber.join(before))
        )
      })
      const steps = yield* interruptEveryStep(contended, () =>
        Effect.gen(function* () {
          yield* until(() => admission.running() === 0)
          assert.strictEqual(admission.waiting(), 0)
          assert.strictEqual(yield* admission.run(one, () => Effect.succeed("ran")), "ran")
        })
      )
      assert.isAbove(steps, 10)
    })
  )
})

describe("Intake, interrupted at every step", () => {
  const key = (tenantId: string, name: string) => ({ tenantId, name, hash: name })
  const made = Effect.fnUntraced(function* () {
    const intake = yield* makeIntake<string, "refused" | "load">({
      concurrency: 1,
      concurrencyPerTenant: 1,
      queueLength: 10,
      kept: { entries: 1 },
      isRefusal: (error) => error === "refused"
    })
    let working = 0
    let begun = 0
    const doing = <E>(outcome: Effect.Effect<string, E>) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          working += 1
          begun += 1
        }),
        () => Effect.andThen(turns(1), outcome),
        () => Effect.sync(() => void working--)
      )
    const quiet = until(() => intake.running() === 0 && intake.waiting() === 0 && working === 0)
    return { intake, doing, quiet, begun: () => begun }
  })

  it.live("works on, once, and has the result for who asks next; nothing runs or waits afterwards", () =>
    Effect.gen(function* () {
      let number = 0
      const { begun, doing, intake, quiet } = yield* made()
      const get = Effect.suspend(() => intake.get(key("a", `${number}`), doing(Effect.succeed(`result ${number}`))))
      const steps = yield* interruptEveryStep(get, () =>
        Effect.gen(function* () {
          yield* quiet
          const before = begun()
          assert.isAtMost(before, number + 1)
          assert.strictEqual(yield* get, `result ${number}`)
          assert.strictEqual(begun(), number + 1)
          number += 1
        })
      )
      assert.isAbove(steps, 10)
    }).pipe(Effect.scoped)
  )

  it.live("leaves the queue, and takes nobody with it who waits for the same", () =>
    Effect.gen(function* () {
      let number = 0
      const { doing, intake, quiet } = yield* made()
      const get = (tenant: string, name: string) =>
        Effect.suspend(() => intake.get(key(tenant, `${name} ${number}`), doing(Effect.succeed(name))))
      let others: ReadonlyArray<Fiber.Fiber<string, unknown>> = []
      const fork = (tenant: string, name: string) =>
        Effect.tap(Effect.forkDetach(get(tenant, name), { startImmediately: true }), (fiber) =>
          Effect.sync(() => {
            others = [...others, fiber]
          })
        )
      const crowd = fork("a", "first").pipe(Effect.andThen(fork("b", "shared")), Effect.andThen(get("b", "shared")))
      const steps = yield* interruptEveryStep(crowd, () =>
        Effect.gen(function* () {
          const answers = yield* Effect.forEach(others, Fiber.join)
          assert.deepStrictEqual(answers, ["first", "shared"].slice(0, others.length))
          yield* quiet
          others = []
          number += 1
        })
      )
      assert.isAbove(steps, 10)
    }).pipe(Effect.scoped)
  )

  it.live("remembers what the bytes are refused for, and nothing else", () =>
    Effect.gen(function* () {
      let number = 0
      const { begun, doing, intake, quiet } = yield* made()
      for (const error of ["refused", "load"] as const) {
        const get = Effect.suspend(() =>
          Effect.flip(intake.get(key("a", `${error} ${number}`), doing(Effect.fail(error))))
        )
        const steps = yield* interruptEveryStep(get, () =>
          Effect.gen(function* () {
            yield* quiet
            assert.strictEqual(yield* get, error)
            const before = begun()
            assert.strictEqual(yield* get, error)
            assert.strictEqual(begun() - before, error === "refused" ? 0 : 1)
            yield* quiet
            number += 1
          })
        )
        assert.isAbove(steps, 10)
      }
    }).pipe(Effect.scoped)
  )

  it.live("ends what is under way where its scope closes", () =>
    Effect.gen(function* () {
      let working: () => number = () => 0
      const closing = Effect.scoped(
        Effect.gen(function* () {
          const { intake, doing } = yield* made()
          working = intake.running
          yield* intake.get(key("a", "x"), doing(Effect.succeed("x")))
          yield* Effect.forkDetach(intake.get(key("a", "y"), doing(Effect.succeed("y"))), { startImmediately: true })
        })
      )
      const steps = yield* interruptEveryStep(closing, () => until(() => working() === 0))
      assert.isAbove(steps, 10)
    })
  )
})

const options: GuestPoolOptions = {
  spares: 0,
  loadedSpares: 0,
  idleProcesses: 1,
  idleMb: 1_024,
  idleMs: 3_600_000,
  // Nothing ends because this machine stood still for some seconds.
  startMs: 3_600_000,
  requestsPerProcess: 100,
  processMb: 512,
  processes: 64,
  memoryMb: 8_192,
  processors: 2
}

/** A pool of stand-ins; how many of them are open, and an execution on one. */
const poolOf = Effect.fnUntraced(function* (given: Partial<GuestPoolOptions> = {}) {
  let open = 0
  const start = () => {
    open += 1
    return standInGuest(() => {
      open -= 1
    })
  }
  const pool = yield* makeGuestPool(start, { ...options, ...given })
  const use = (key: string, during: Effect.Effect<void> = work) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        pool.take({ key, component: `of ${key}`, install: key, shared: false }, restore as Restore),
        (guest) =>
          Effect.onExit(restore(during), (exit) =>
            Exit.isSuccess(exit) ? pool.keep(guest, () => turns(1)) : pool.discard(guest)
          )
      )
    )
  /** Nothing is open beside what waits for work, and a following execution works. */
  const holds = (most: number) =>
    Effect.gen(function* () {
      yield* until(() => open <= most)
      yield* use("another")
      yield* until(() => open <= most)
    })
  return { pool, use, holds, open: () => open }
})

const ready = (guest: Guest) => Effect.asVoid(Effect.orDie(guest.node.next))

describe("GuestPool, interrupted at every step", () => {
  it.live("leaves no process beside those that wait for work", () =>
    Effect.gen(function* () {
      for (const spares of [0, 1]) {
        const { holds, use } = yield* poolOf({ spares })
        const steps = yield* interruptEveryStep(use("a"), () => holds(1 + spares))
        assert.isAbove(steps, 10)
      }
    }).pipe(Effect.scoped)
  )

  it.live("leaves none of who waits for room, and the room to the next", () =>
    Effect.gen(function* () {
      for (const given of [{ processes: 1 }, { memoryMb: 100 }]) {
        const { holds, use } = yield* poolOf(given)
        yield* use("idle")
        const steps = yield* interruptEveryStep(use("a"), () => Effect.andThen(holds(1), use("idle")))
        assert.isAbove(steps, 10)
      }
    }).pipe(Effect.scoped)
  )

  it.live("leaves none that was made ready for who then did not come", () =>
    Effect.gen(function* () {
      const { holds, pool, use } = yield* poolOf()
      const prepared = Effect.andThen(pool.prepare("a", ready), use("a"))
      const steps = yield* interruptEveryStep(prepared, () => holds(1))
      assert.isAbove(steps, 10)
    }).pipe(Effect.scoped)
  )

  it.live("leaves none of a check beside one that waits for work", () =>
    Effect.gen(function* () {
      const { holds, open, pool } = yield* poolOf({ idleProcesses: 0 })
      yield* interruptEveryStep(pool.check, () =>
        Effect.andThen(
          holds(1),
          until(() => open() === 0)
        )
      )
    }).pipe(Effect.scoped)
  )

  it.live("leaves none where its scope closes", () =>
    Effect.gen(function* () {
      const pools: Array<() => number> = []
      const closing = Effect.scoped(
        Effect.gen(function* () {
          const { open, pool, use } = yield* poolOf({ spares: 1 })
          pools.push(open)
          yield* pool.prepare("b", ready)
          yield* use("a")
        })
      )
      const steps = yield* interruptEveryStep(closing, () => until(() => pools.every((open) => open() === 0)))
      assert.isAbove(steps, 10)
    })
  )
})
