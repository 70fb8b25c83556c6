import { assert, describe, it, layer } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { AnswerRoom } from "../src/AnswerRoom.ts"
import { ok } from "../src/HostCall.ts"
import { type ExecutionFailed, ProtocolViolation } from "../src/index.ts"
import { pastDeadline } from "./support/Deadline.ts"
import { coreGuest, scriptGuest } from "./support/Guests.ts"
import { endOfLoop, guestProcesses, loopLimits, patient, type RunOptions, run, sandboxOf } from "./support/Run.ts"

const zeros = (length: number) => new Uint8Array(length)

const status = <R = never>(guest: Promise<Uint8Array>, options: RunOptions<R> = {}) =>
  Effect.map(run(guest, options), (response) => response.status)

const reason = <R = never>(guest: Promise<Uint8Array>, options: RunOptions<R> = {}) =>
  Effect.map(Effect.flip(run(guest, options)), (error) => (error as ExecutionFailed).reason)

const live = { excludeTestServices: true } as const

layer(sandboxOf({ limits: { ...patient.limits, memoryMb: 128, headers: 1_000 } }), live)("Sandbox", (it) => {
  it.effect("gives the response of the guest", () =>
    Effect.gen(function* () {
      const response = yield* run(coreGuest("ok"))
      assert.deepEqual(response, { status: 200, headers: [], body: null })
    })
  )

  it.effect("shows a guest nothing of the request before", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 3; i++) assert.strictEqual(yield* status(scriptGuest(), { method: "GET" }), 201)
    })
  )

  it.effect.each([
    { name: "grow-memory", pages: 255, outcome: "200" },
    { name: "grow-memory", pages: 256, outcome: "memory-limit" },
    { name: "grow-memory-once", pages: 255, outcome: "200" },
    { name: "grow-memory-once", pages: 255, outcome: "200" },
    { name: "grow-memory-once", pages: 256, outcome: "memory-limit" }
  ])("$name, of one page in 16 MiB, that grows by $pages pages ends with $outcome", ({ name, pages, outcome }) =>
    Effect.gen(function* () {
      const grown = run(coreGuest(name), { limits: { memoryMb: 16 }, body: zeros(pages) })
      const ended = yield* Effect.match(grown, {
        onFailure: (error) => (error as ExecutionFailed).reason,
        onSuccess: (response) => String(response.status)
      })
      assert.strictEqual(ended, outcome)
    })
  )

  it.effect("runs a component that starts within the memory limit, and not one that starts above it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* status(coreGuest("start-large"), { limits: { memoryMb: 128 } }), 200)
      const larger = yield* Effect.flip(run(coreGuest("start-large"), { limits: { memoryMb: 64 } }))
      assert.deepInclude(larger, { reason: "memory-limit", ran: false })
    })
  )

  it.effect("says nothing of what the guest threw in the message", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run(scriptGuest(), { method: "DELETE" }))
      assert.strictEqual(error._tag, "ExecutionFailed")
      assert.strictEqual(error.message, "the extension stopped with an error")
    })
  )

  it.effect("hands over a response of the limit, and not a larger one", () =>
    Effect.gen(function* () {
      const limits = { responseBodyBytes: 1_000_000 }
      const whole = yield* run(coreGuest("huge-response"), { limits, body: zeros(100) })
      assert.strictEqual(whole.body?.byteLength, 1_000_000)
      assert.strictEqual(yield* reason(coreGuest("huge-response"), { limits, body: zeros(101) }), "response-too-large")
    })
  )

  it.effect("runs nothing for a tenant whose answers have no more room, and runs for others", () =>
    Effect.gen(function* () {
      const calls: Array<unknown> = []
      const host = (call: unknown) => Effect.sync(() => ok(void calls.push(call)))
      const asked = (tenantId: string) =>
        Effect.match(run(coreGuest("flood-host-calls"), { tenantId, host, body: zeros(1) }), {
          onFailure: (error) => ("reason" in error ? error.reason : error._tag),
          onSuccess: ({ status }) => String(status)
        }).pipe(Effect.provideService(AnswerRoom, { hasRoom: (tenant) => tenant !== "full" }))
      assert.strictEqual(yield* asked("full"), "overloaded")
      assert.isEmpty(calls)
      assert.strictEqual(yield* asked("other"), "200")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect("takes a request of the limit, and not a larger one", () =>
    Effect.gen(function* () {
      const limits = { requestBodyBytes: 3_000 }
      assert.strictEqual(yield* status(coreGuest("ok"), { limits, body: zeros(3_000) }), 200)
      const larger = yield* Effect.flip(run(coreGuest("ok"), { limits, body: zeros(3_001) }))
      assert.deepInclude(larger, { reason: "request-too-large", ran: false })
    })
  )

  it.effect("takes as many headers in a request as the limit, and no more", () =>
    Effect.gen(function* () {
      const limits = { headers: 1 }
      assert.strictEqual(yield* status(coreGuest("ok"), { limits, headers: 1 }), 200)
      assert.strictEqual(yield* reason(coreGuest("ok"), { limits, headers: 2 }), "request-header-limit")
      assert.strictEqual(yield* status(coreGuest("ok"), { limits, headers: 1, hostHeaders: 3 }), 200)
    })
  )

  it.effect("takes headers of the limit of bytes in a request, and not larger ones", () =>
    Effect.gen(function* () {
      const limits = { headerBytes: 1_024, headers: 1_000 }
      assert.strictEqual(yield* status(coreGuest("ok"), { limits, headers: 100 }), 200)
      assert.strictEqual(yield* reason(coreGuest("ok"), { limits, headers: 400 }), "request-headers-too-large")
    })
  )

  it.effect("hands over as many headers of a response as the limit, and no more", () =>
    Effect.gen(function* () {
      const limits = { headers: 20 }
      const { headers } = yield* run(coreGuest("many-headers"), { limits, body: zeros(20) })
      assert.lengthOf(headers, 20)
      assert.strictEqual(yield* reason(coreGuest("many-headers"), { limits, body: zeros(21) }), "response-header-limit")
    })
  )

  it.effect("hands over headers of a response of the limit of bytes, and not larger ones", () =>
    Effect.gen(function* () {
      const limits = { headerBytes: 2_000, headers: 1_000 }
      const guest = coreGuest("many-headers")
      assert.strictEqual(yield* status(guest, { limits, body: zeros(200) }), 200)
      assert.strictEqual(yield* reason(guest, { limits, body: zeros(201) }), "response-headers-too-large")
    })
  )

  it.effect("ends a guest that uses more processor time than its limit, and not one that waits for the host", () =>
    Effect.gen(function* () {
      const limits = loopLimits(300)
      assert.strictEqual(yield* reason(coreGuest("loop-forever"), { limits }), endOfLoop)
      // Its process has loaded it then: what is measured is the wait alone.
      yield* status(coreGuest("flood-host-calls"))
      const host = () => Effect.as(Effect.sleep(600), ok(null))
      assert.strictEqual(yield* status(coreGuest("flood-host-calls"), { limits, host }), 200)
    })
  )

  it.effect("answers as many host calls as the limit, and no more", () =>
    Effect.gen(function* () {
      let answered = 0
      const host = () =>
        Effect.sync(() => {
          answered += 1
          return ok(null)
        })
      const limits = { hostCalls: 20 }
      assert.strictEqual(yield* status(coreGuest("flood-host-calls"), { limits, host, body: zeros(20) }), 200)
      assert.strictEqual(answered, 20)
      const beyond = { limits, host, body: zeros(21) }
      assert.strictEqual(yield* reason(coreGuest("flood-host-calls"), beyond), "host-call-limit")
      assert.strictEqual(answered, 40)
    })
  )

  it.effect("takes a host call within the limit of bytes, and not a larger one", () =>
    Effect.gen(function* () {
      const limits = { hostCallBytes: 1_000_000 }
      assert.strictEqual(yield* status(coreGuest("large-host-call"), { limits, body: zeros(9) }), 200)
      assert.strictEqual(
        yield* reason(coreGuest("large-host-call"), { limits, body: zeros(100) }),
        "host-call-too-large"
      )
    })
  )

  it.effect("ends an execution whose host call breaks the protocol", () =>
    Effect.gen(function* () {
      const host = () => Effect.fail(new ProtocolViolation({ detail: "made up" }))
      assert.strictEqual(yield* reason(coreGuest("flood-host-calls"), { host }), "protocol")
    })
  )

  it.effect("interrupts the host call in flight at the deadline", () =>
    Effect.gen(function* () {
      const called = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const host = () =>
        Effect.andThen(Deferred.succeed(called, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
        )
      const ending = Effect.flip(run(coreGuest("flood-host-calls"), { host, limits: { timeoutMs: 1_500 } }))
      const ended = yield* pastDeadline(ending, 1_500, Deferred.await(called))
      assert.deepInclude(ended, { reason: "timeout", detail: "after 1500 ms" })
      yield* Deferred.await(interrupted)
    })
  )

  it.effect("holds the deadline also where a host call cannot be interrupted", () =>
    Effect.gen(function* () {
      const called = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const waiting = Effect.andThen(Deferred.succeed(called, undefined), Deferred.await(release))
      const host = () => Effect.as(Effect.uninterruptible(waiting), ok(null))
      const ending = reason(coreGuest("flood-host-calls"), { host, limits: { timeoutMs: 1_500 } })
      assert.strictEqual(yield* pastDeadline(ending, 1_500, Deferred.await(called)), "timeout")
      yield* Deferred.succeed(release, undefined)
    })
  )

  it.effect("hands a guest a reply within the limit of bytes, and not a larger one", () =>
    Effect.gen(function* () {
      const limits = { hostCallBytes: 2_000 }
      const host = (length: number) => () => Effect.succeed(ok("x".repeat(length)))
      const guest = coreGuest("flood-host-calls")
      assert.strictEqual(yield* status(guest, { limits, host: host(1_900) }), 200)
      assert.strictEqual(yield* reason(guest, { limits, host: host(2_000) }), "host-reply-too-large")
    })
  )

  it.effect("runs executions at the same time, each with its own answer", () =>
    Effect.gen(function* () {
      const sizes = [1, 2, 3, 4, 5, 6, 7, 8]
      const answers = yield* Effect.forEach(
        sizes,
        (size) => run(coreGuest("huge-response"), { body: zeros(size), installId: String(size % 3) }),
        { concurrency: "unbounded" }
      )
      assert.deepEqual(
        answers.map((answer) => answer.body?.byteLength),
        sizes.map((size) => size * 10_000)
      )
    })
  )
})

describe("Sandbox", () => {
  it.live("kills the process of an execution that is interrupted", () =>
    Effect.gen(function* () {
      const called = yield* Deferred.make<void>()
      const host = () => Effect.andThen(Deferred.succeed(called, undefined), Effect.never)
      const fiber = yield* Effect.forkChild(run(coreGuest("flood-host-calls"), { host }))
      yield* Deferred.await(called)
      const [pid] = guestProcesses()
      yield* Fiber.interrupt(fiber)
      while (guestProcesses().includes(pid as number)) yield* Effect.yieldNow
      assert.strictEqual(yield* status(coreGuest("ok")), 200)
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("interrupts the host call in flight when the process dies", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const host = () =>
        Effect.sync(() => {
          for (const pid of guestProcesses()) process.kill(pid, "SIGKILL")
        }).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
        )
      assert.strictEqual(yield* reason(coreGuest("flood-host-calls"), { host }), "crashed")
      yield* Deferred.await(interrupted)
      assert.strictEqual(yield* status(coreGuest("ok")), 200)
    }).pipe(Effect.provide(sandboxOf({ spares: 0 })))
  )

  it.live("holds the processor limit, or the time to start, while it makes the next process ready, too", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reason(coreGuest("loop-forever-at-start"), { limits: loopLimits(150) }), endOfLoop)
      while (guestProcesses().length > 0) yield* Effect.sleep(5)
    }).pipe(Effect.provide(sandboxOf({ spares: 0, ...(endOfLoop === "timeout" ? { startMs: 10_000 } : {}) })))
  )

  it.live("replaces a spare process that dies", () =>
    Effect.gen(function* () {
      let [spare] = guestProcesses()
      for (; spare === undefined; [spare] = guestProcesses()) yield* Effect.yieldNow
      process.kill(spare, "SIGKILL")
      while ((guestProcesses()[0] ?? spare) === spare) yield* Effect.sleep(5)
      assert.strictEqual(yield* status(coreGuest("ok")), 200)
    }).pipe(Effect.provide(sandboxOf()))
  )

  it.live(
    "lets what runs end within its grace when its scope closes, waits no longer than for that, and takes nothing new",
    () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(sandboxOf({ spares: 0, graceMs: 600_000 }), scope)
        const called = yield* Deferred.make<void>()
        const answer = yield* Deferred.make<void>()
        const host = () =>
          Effect.as(Effect.andThen(Deferred.succeed(called, undefined), Deferred.await(answer)), ok(null))
        const slow = yield* Effect.forkChild(
          Effect.provideContext(status(coreGuest("flood-host-calls"), { host }), context)
        )
        yield* Deferred.await(called)
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
        assert.strictEqual(yield* Effect.provideContext(reason(coreGuest("ok")), context), "unavailable")
        yield* Deferred.succeed(answer, undefined)
        assert.strictEqual(yield* Fiber.join(slow), 200)
        yield* Fiber.join(closing)
        assert.deepEqual(guestProcesses(), [])
      })
  )

  it.live("leaves no process when its scope closes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(sandboxOf({ spares: 2, graceMs: 100 }), scope)
      yield* Effect.provideContext(status(coreGuest("ok")), context)
      const looping = yield* Effect.forkChild(Effect.provideContext(run(coreGuest("loop-forever")), context))
      while (guestProcesses().length < 3) yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      assert.deepEqual(guestProcesses(), [])
      assert.isTrue(Exit.isFailure(yield* Fiber.await(looping)))
    })
  )

  it.live("says that no process was free in time", () =>
    Effect.gen(function* () {
      const called = yield* Deferred.make<void>()
      const host = () => Effect.andThen(Deferred.succeed(called, undefined), Effect.never)
      yield* Effect.forkChild(run(coreGuest("flood-host-calls"), { host }))
      yield* Deferred.await(called)
      assert.strictEqual(yield* reason(coreGuest("ok"), { limits: { timeoutMs: 100 } }), "unavailable")
    }).pipe(Effect.provide(sandboxOf({ concurrency: 1, spares: 0 })))
  )

  it.live("is not built on a Node that is missing", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(sandboxOf({ execPath: "/nowhere/node" }))))
      assert.strictEqual(error._tag, "NodeUnsuitable")
    })
  )
})
