import { Archives, type Component, ComponentStore, defaultLimits, Executor } from "@alga-psa/ext-adapters-wit"
import {
  CapabilityGate,
  ExtensionId,
  type InstallAccess,
  InstallId,
  layerAuthorization,
  layerSecretsDenied,
  parseCapabilities,
  RbacCheck
} from "@alga-psa/ext-domain"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Queue, Schema } from "effect"
import { TestClock } from "effect/testing"
import { BundleStore } from "../src/BundleStore.ts"
import * as Components from "../src/Components.ts"
import { endAt, left, lower, start, waitFor } from "../src/Deadline.ts"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import * as Execution from "../src/Execution.ts"
import { fail, type RunnerError } from "../src/RunnerError.ts"
import { manifest, pack, sha256 } from "../testing/Archive.ts"

const request = (hash: string, limits: object) =>
  Schema.decodeUnknownSync(ExecuteRequest)({
    context: { tenant_id: uuid(1), extension_id: uuid(2), install_id: uuid(3), content_hash: hash },
    http: { method: "GET", path: "/" },
    limits
  })

const component = { hash: "h", modules: [], imports: [] } as unknown as Component

/** The parts of an execution, in their order. */
const parts = ["database", "store", "archive", "intake", "sandbox"] as const
type Part = (typeof parts)[number]

/** An execution whose parts each take so long, a part of which cannot be interrupted. */
const setting = Effect.fnUntraced(function* (durations: Partial<Record<Part, Duration.Input>>) {
  const archive = yield* Effect.promise(() =>
    pack({ "manifest.json": JSON.stringify(manifest), "dist/main.wasm": "component" })
  )
  const hash = sha256(archive)
  const begun = yield* Queue.unbounded<Part>()
  const times: Array<number> = []
  const access: InstallAccess = {
    installId: InstallId.make(uuid(3)),
    extensionId: ExtensionId.make(uuid(2)),
    versionId: uuid(5),
    capabilities: parseCapabilities([]),
    unknownCapabilities: [],
    contentHashes: [hash]
  }
  const take = (part: Part) =>
    Effect.andThen(Queue.offer(begun, part), Effect.uninterruptible(Effect.sleep(durations[part] ?? 0)))
  const fakes = Layer.mergeAll(
    layerAuthorization.pipe(
      Layer.provide(Layer.mock(CapabilityGate, { access: () => Effect.as(take("database"), access) })),
      Layer.provide(Layer.mock(RbacCheck, {}))
    ),
    Components.layer.pipe(
      Layer.provide(Layer.mock(BundleStore, { read: () => Effect.as(take("store"), archive) })),
      Layer.provide(
        Layer.mock(ComponentStore, {
          directory: "",
          accept: () => Effect.as(take("intake"), component),
          use: () => Effect.void
        })
      ),
      Layer.provide(
        Layer.mock(Archives, { component: () => Effect.as(take("archive"), { manifest, component: new Uint8Array() }) })
      )
    ),
    layerSecretsDenied,
    Layer.succeed(Executor, {
      execute: (_, __, { timeoutMs }) => {
        times.push(timeoutMs)
        return Effect.as(take("sandbox"), { status: 204, headers: [], body: null })
      }
    })
  )
  const services = yield* Layer.build(Layer.provide(Execution.layer(defaultLimits), fakes))
  const run = (limits: object = {}) =>
    Context.get(services, Execution.Execution)
      .run(request(hash, limits), "request-1")
      .pipe(
        Effect.match({
          onSuccess: ({ response }) => String(response.status),
          onFailure: ({ cause, message }: RunnerError) => `${message} | ${cause instanceof Error ? cause.message : ""}`
        })
      )
  /** Waits until the part begins. */
  const until = (part: Part): Effect.Effect<void> =>
    Effect.flatMap(Queue.take(begun), (name) => (name === part ? Effect.void : until(part)))
  return { run, times, until }
})

const tooLate = "overloaded: the time limit was over before the extension began (timeoutMs)"

describe("the deadline of an execution", () => {
  it.effect.each([
    ["database", `${tooLate} | 100 ms were over while waiting for the install and its rights`],
    ["store", `${tooLate} | 100 ms were over while waiting for the bundle or the intake of the component`],
    ["archive", `${tooLate} | 100 ms were over while waiting for the bundle or the intake of the component`],
    ["intake", `${tooLate} | 100 ms were over while waiting for the bundle or the intake of the component`],
    [
      "sandbox",
      "execute_failed: timeout: the extension did not answer within its time limit (timeoutMs) | 100 ms were over while waiting for the extension"
    ]
  ] as const)("ends the wait for a %s that is slow and cannot be interrupted", ([part, said]) =>
    Effect.gen(function* () {
      const { run, until } = yield* setting({ [part]: "4 minutes" })
      const fiber = yield* Effect.forkChild(run({ timeout_ms: 100 }))
      yield* until(part)
      yield* TestClock.adjust(99)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(101)
      assert.strictEqual(yield* Fiber.join(fiber), said)
      // What cannot be interrupted ends by itself, before the services that it runs in can.
      yield* TestClock.adjust("4 minutes")
    })
  )

  it.effect("is the deployment's own where the request asks for more or for nothing", () =>
    Effect.gen(function* () {
      const { run, until } = yield* setting({ database: "4 minutes" })
      for (const limits of [{}, { timeout_ms: 1e9 }]) {
        const fiber = yield* Effect.forkChild(run(limits))
        yield* until("database")
        yield* TestClock.adjust(defaultLimits.timeoutMs - 1)
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.include(yield* Fiber.join(fiber), tooLate)
      }
    })
  )

  it.effect("gives the sandbox what rights, bundle and intake have left", () =>
    Effect.gen(function* () {
      const { run, times, until } = yield* setting({ database: "1 second", store: "2 seconds", intake: "4 seconds" })
      const fiber = yield* Effect.forkChild(run({ timeout_ms: 20_000 }))
      for (const [part, seconds] of [
        ["database", 1],
        ["store", 2],
        ["intake", 4]
      ] as const) {
        yield* until(part)
        yield* TestClock.adjust(Duration.seconds(seconds))
      }
      yield* until("sandbox")
      yield* TestClock.adjust(0)
      assert.strictEqual(yield* Fiber.join(fiber), "204")
      assert.deepStrictEqual(times, [13_000])
    })
  )

  it.effect("starts when the request is taken, and is lowered and never raised", () =>
    Effect.gen(function* () {
      const deadline = yield* start(1_000)
      yield* TestClock.adjust(400)
      assert.strictEqual(yield* left(deadline), 600)
      assert.strictEqual(yield* left(lower(deadline, 500)), 100)
      assert.strictEqual(yield* left(lower(deadline, 5_000)), 600)
      yield* TestClock.adjust(5_000)
      assert.strictEqual(yield* left(deadline), 0)
    })
  )

  it.effect("is told by the innermost of what ends at it, within 100 ms", () =>
    Effect.gen(function* () {
      const deadline = yield* start(1_000)
      const inner = (wait: "extension" | "rights") =>
        endAt(deadline)(waitFor(wait)(Effect.uninterruptible(Effect.never))).pipe(
          Effect.mapError(({ code }) => fail("internal", `${code}, told by the inner`))
        )
      const outer = (wait: "extension" | "rights") =>
        Effect.flip(endAt(deadline)(endAt(deadline)(waitFor("place")(inner(wait)))))
      const both = yield* Effect.forkChild(outer("rights"))
      yield* TestClock.adjust(1_100)
      assert.strictEqual((yield* Fiber.join(both)).message, "internal: overloaded, told by the inner")

      const again = yield* start(1_000)
      Object.assign(deadline, again)
      const extension = yield* Effect.forkChild(outer("extension"))
      yield* TestClock.adjust(1_100)
      assert.strictEqual((yield* Fiber.join(extension)).message, "internal: execute_failed, told by the inner")
    })
  )

  it.effect("ends what goes on after who waited for it has left, by what it waits for itself", () =>
    Effect.gen(function* () {
      const deadline = yield* start(100)
      const begun = yield* Deferred.make<Fiber.Fiber<never, RunnerError>>()
      const work = Effect.gen(function* () {
        const goesOn = yield* Effect.forkDetach(endAt(deadline)(waitFor("extension")(Effect.never)), {
          startImmediately: true
        })
        yield* Deferred.succeed(begun, goesOn)
        return yield* Fiber.join(goesOn)
      })
      const asking = yield* Effect.forkChild(endAt(deadline)(waitFor("key")(work)))
      const goesOn = yield* Deferred.await(begun)
      yield* Fiber.interrupt(asking)
      yield* TestClock.adjust(200)
      const { code, detail } = yield* Effect.flip(Fiber.join(goesOn))
      assert.deepStrictEqual([code, detail.slice(0, 8)], ["execute_failed", "timeout:"])
    })
  )

  it.effect("interrupts what is under way, and lets who interrupts it wait for the end", () =>
    Effect.gen(function* () {
      const ended = yield* Deferred.make<void>()
      const work = Effect.onInterrupt(Effect.never, () =>
        Effect.andThen(Effect.sleep("1 second"), Deferred.succeed(ended, undefined))
      )
      const late = yield* Effect.forkChild(Effect.exit(endAt(yield* start(10))(work)))
      yield* TestClock.adjust(10)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(late)))
      assert.isFalse(yield* Deferred.isDone(ended))
      yield* TestClock.adjust("1 second")
      yield* Deferred.await(ended)

      const before = yield* Effect.forkChild(endAt(yield* start(10_000))(work))
      yield* TestClock.adjust(1)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(before))
      yield* TestClock.adjust(999)
      assert.isUndefined(interrupting.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(interrupting)
    })
  )
})
