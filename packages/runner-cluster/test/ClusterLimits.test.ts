import { ids } from "@alga-psa/ext-adapters-memory"
import { makeSetClock } from "@alga-psa/ext-domain/testing/setClock"
import { fail, type RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Fiber, Layer, Logger, Queue, Scope } from "effect"
import { TestClock } from "effect/testing"
import { ClusterPlaces, layer } from "../src/ClusterLimits.ts"
import type { ClusterLimit } from "../src/ClusterOptions.ts"
import { Lost, type Peer, Unreached } from "../src/Peers.ts"
import { directoryOf, membership, peersLike, runners } from "./support/clusterParts.ts"

const limits = { install: { concurrency: null, rate: null }, tenant: { concurrency: 1, rate: null } }

/** What an owner's side of a place does. */
type Answer = (places: Queue.Queue<void, RunnerError | Cause.Done>) => Effect.Effect<unknown>

/** Places whose owner, one of these runners, answers so; and who was left out for it. */
const placesWith = Effect.fnUntraced(function* (answer: Answer, owners = runners.slice(0, 1), forgets = false) {
  const { layer: directory, out } = directoryOf(owners, forgets)
  const asked: Array<string> = []
  const Hold = () =>
    Effect.gen(function* () {
      asked.push("Hold")
      const places = yield* Queue.make<void, RunnerError | Cause.Done>()
      yield* answer(places)
      yield* Effect.addFinalizer(() => Effect.sync(() => asked.push("given back")))
      return places
    })
  const peers = peersLike({ Hold } as unknown as Partial<Peer>)
  const services = yield* Layer.build(Layer.provide(layer(limits), [directory, membership, peers]))
  const places = Context.get(services, ClusterPlaces)
  const scope = yield* Scope.make()
  const hold = places
    .hold(ids.tenants.acme, ids.installs.full)
    .pipe(
      Effect.match({ onSuccess: () => "held", onFailure: ({ message }) => message }),
      Effect.timeoutOrElse({ duration: "1 minute", orElse: () => Effect.succeed("waits for ever") }),
      Scope.provide(scope),
      Effect.provide(Logger.layer([]))
    )
  /** What becomes of a place that is asked for while this is under way. */
  const second = Effect.scoped(
    Effect.match(places.holdTenant(ids.tenants.acme), { onSuccess: () => "free", onFailure: ({ message }) => message })
  )
  return { hold: yield* Effect.forkChild(hold), second, scope, out, asked }
})

const full = "rate_limited: the tenant has 1 executions under way"

describe("a place that another runner counts", () => {
  it.effect("is held from the first element until the execution ends", () =>
    Effect.gen(function* () {
      const { asked, hold, scope } = yield* placesWith((places) => Queue.offer(places, undefined))
      assert.strictEqual(yield* Fiber.join(hold), "held")
      assert.deepStrictEqual(asked, ["Hold"])
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(asked, ["Hold", "given back"])
    })
  )

  it.effect("is refused where the owner refuses it", () =>
    Effect.gen(function* () {
      const { hold, out } = yield* placesWith((places) => Queue.fail(places, fail("rate_limited", "why")))
      assert.strictEqual(yield* Fiber.join(hold), "rate_limited: why")
      assert.deepStrictEqual(out, [])
    })
  )

  it.effect.each([
    ["has a defect", () => Effect.die("a bug")],
    ["has a defect in its stream", (places) => Queue.failCause(places, Cause.die("a bug"))],
    ["ends before it gives one", (places) => Queue.end(places)],
    ["is lost", (places) => Queue.failCause(places, Cause.fail(new Lost({ cause: "" })) as never)],
    ["cannot be reached", (places) => Queue.failCause(places, Cause.fail(new Unreached({ cause: "" })) as never)],
    ["is interrupted", (places) => Queue.interrupt(places)]
  ] as ReadonlyArray<readonly [string, Answer]>)("is counted here where the owner %s", ([, answer]) =>
    Effect.gen(function* () {
      const { hold, second } = yield* placesWith(answer)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* Fiber.join(hold), "held")
      assert.strictEqual(yield* second, full)
    })
  )

  it.effect("is counted here, and given back there, where the owner says nothing for five seconds", () =>
    Effect.gen(function* () {
      const { asked, hold, out, second } = yield* placesWith(() => Effect.void)
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(hold.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(hold), "held")
      assert.deepStrictEqual([out.length, asked], [1, ["Hold", "given back"]])
      assert.strictEqual(yield* second, full)
    })
  )

  it.effect("is asked of no more than three, also where the first is an owner again before the last was tried", () =>
    Effect.gen(function* () {
      for (const forgets of [false, true]) {
        const { asked, hold } = yield* placesWith((places) => Queue.end(places), runners, forgets)
        assert.strictEqual(yield* Fiber.join(hold), "held")
        assert.strictEqual(asked.filter((what) => what === "Hold").length, 3)
      }
    })
  )
})

/** Holds places of installs where this is the limit of one. */
const holdWith = Effect.fnUntraced(function* (install: ClusterLimit) {
  const limits = { install, tenant: { concurrency: null, rate: null } }
  const places = Context.get(
    yield* Layer.build(Layer.provide(layer(limits), [directoryOf([]).layer, membership, peersLike({})])),
    ClusterPlaces
  )
  return (...of: Parameters<typeof places.hold>) =>
    Effect.match(places.hold(...of), { onSuccess: () => "held", onFailure: ({ message }) => message })
})

describe("a place of an install", () => {
  it.effect("has room in its rate again in time where the clock is set back", () =>
    Effect.gen(function* () {
      const clock = yield* makeSetClock
      const held = yield* holdWith({ concurrency: null, rate: 1 })
      const hold = clock.by(held(ids.tenants.acme, ids.installs.full))
      assert.deepStrictEqual(
        [yield* hold, yield* hold],
        ["held", "rate_limited: the install begins at most 1 executions a minute"]
      )
      yield* clock.setBy(-3_600_000)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* hold, "held")
    })
  )

  it.effect("is counted for this install of this tenant alone", () =>
    Effect.gen(function* () {
      const hold = yield* holdWith({ concurrency: 1, rate: null })
      const { installs, tenants } = ids
      assert.deepStrictEqual(
        [
          yield* hold(tenants.acme, installs.full),
          yield* hold(tenants.acme, installs.ungranted),
          yield* hold(tenants.borealis, installs.full),
          yield* hold(tenants.acme, installs.full)
        ],
        ["held", "held", "held", "rate_limited: the install has 1 executions under way"]
      )
    })
  )
})
