import { ids } from "@alga-psa/ext-adapters-memory"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { turns, until } from "@alga-psa/ext-domain/testing/EventLoop"
import { interruptEveryStep, interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { layer as layerLife } from "@alga-psa/ext-runner/Life"
import type { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { counter } from "@alga-psa/ext-runner/testing/CountedWork"
import { assert, describe, it } from "@effect/vitest"
import { type Cause, Context, Duration, Effect, Exit, Fiber, Layer, Logger, Queue, Schema, Scope } from "effect"
import * as ClusteredExecution from "../src/ClusteredExecution.ts"
import * as ClusterLimits from "../src/ClusterLimits.ts"
import type { Peer } from "../src/Peers.ts"
import { TriggerBell, layer as triggerBell } from "../src/TriggerBell.ts"
import { type TakenTrigger, TriggerStore } from "../src/TriggerStore.ts"
import { layer as triggerWorker } from "../src/TriggerWorker.ts"
import { directoryOf, membership, peersLike, runners } from "./support/clusterParts.ts"

const request = Schema.decodeUnknownSync(ExecuteRequest)(executeBody(adminCase, "0".repeat(64)))

/** A bell that always rings. */
const bell = Layer.mock(TriggerBell, { ring: Effect.void, rung: turns(0) })

const silent = Effect.provide(Logger.layer([]))

describe("an execution that is interrupted at every step", () => {
  it.live("holds no place of its install or its tenant, here or with another runner", () =>
    Effect.gen(function* () {
      for (const owners of [[], runners.slice(0, 1)]) {
        let there = 0
        const Hold = () =>
          Effect.gen(function* () {
            const places = yield* Queue.make<void, RunnerError | Cause.Done>()
            yield* Effect.acquireRelease(
              Effect.sync(() => {
                there += 1
              }),
              () =>
                Effect.sync(() => {
                  there -= 1
                })
            )
            yield* Queue.offer(places, undefined)
            return places
          })
        const one = { concurrency: 1, rate: null }
        const parts = [directoryOf(owners).layer, membership, peersLike({ Hold } as unknown as Partial<Peer>)] as const
        const places = Layer.provide(ClusterLimits.layer({ install: one, tenant: one }), [...parts])
        const { work, working } = counter()
        const execution = Layer.mock(Execution, {
          run: () => Effect.as(work, { response: { status: 200, headers: {} }, used: null })
        })
        const local = Context.get(
          yield* Layer.build(Layer.provide(ClusteredExecution.layerLocal, [places, execution])),
          ClusteredExecution.LocalExecution
        )
        const run = local.run(request, "r")
        const steps = yield* interruptEveryStep(run, () =>
          Effect.gen(function* () {
            yield* until(() => there === 0 && working() === 0)
            assert.strictEqual((yield* run).response.status, 200)
          })
        )
        assert.isAbove(steps, 20)
      }
    })
  )

  it.live("goes on with no other runner, and runs once", () =>
    Effect.gen(function* () {
      const { begun, work, working } = counter()
      const Execute = () => Effect.as(work, { response: { status: 200, headers: {} }, used: null })
      const peers = peersLike({ Execute } as unknown as Partial<Peer>)
      const local = Layer.mock(ClusteredExecution.LocalExecution, { run: () => Effect.die("it ran here") })
      const parts = [directoryOf(runners.slice(0, 1)).layer, membership, peers, local] as const
      const services = yield* Layer.build(Layer.provide(ClusteredExecution.layer, [...parts]))
      let before = 0
      const steps = yield* interruptEveryStep(Context.get(services, Execution).run(request, "r"), () =>
        Effect.sync(() => {
          assert.strictEqual(working(), 0)
          assert.isAtMost(begun() - before, 1)
          before = begun()
        })
      )
      assert.isAbove(steps, 20)
    })
  )
})

describe("a worker of kept triggers that is stopped at every step", () => {
  it.live(
    "has given back or finished whatever it had taken, once, and goes on with nothing",
    () =>
      Effect.gen(function* () {
        const { work, working } = counter()
        let number = 0
        const taken = new Set<string>()
        const settled: Array<string> = []
        const due = (): TakenTrigger => {
          const id = String(++number)
          taken.add(id)
          return { id, run: id, tenant: ids.tenants.acme, install: ids.installs.full, attempt: 1, request }
        }
        const store = Layer.mock(TriggerStore, {
          // Taken as soon as the statement was answered.
          take: () => Effect.sync(() => (taken.size < settled.length + 2 ? [due()] : [])),
          begin: () => Effect.as(turns(0), []),
          renew: () => Effect.succeed(true),
          settle: ({ id }) =>
            Effect.andThen(
              turns(0),
              Effect.sync(() => {
                settled.push(id)
                return []
              })
            ),
          sweep: () => Effect.succeed({ ended: [], all: 0, isPart: false })
        })
        const local = Layer.mock(ClusteredExecution.LocalExecution, {
          run: (_, __, begin = Effect.void) =>
            Effect.as(Effect.andThen(begin, work), { response: { status: 200, headers: {} }, used: null })
        })
        const options = {
          attempts: 3,
          backoff: Duration.seconds(1),
          expiry: Duration.hours(1),
          retention: Duration.days(1),
          concurrency: 2
        }
        const built = triggerWorker(options, Duration.seconds(30)).pipe(
          Layer.provide([store, local, bell, layerLife, membership])
        )
        // Runs until three triggers are done, so that there are steps of each kind.
        const working3 = Effect.gen(function* () {
          const scope = yield* Scope.make()
          const from = settled.length
          yield* Effect.ensuring(
            Effect.andThen(
              Layer.buildWithScope(built, scope),
              until(() => settled.length >= from + 3, 20_000)
            ),
            Scope.close(scope, Exit.void)
          )
        })
        const steps = yield* interruptSomeSteps(working3, { count: 100, seed: "worker" }, () =>
          Effect.sync(() => {
            assert.strictEqual(working(), 0)
            assert.deepStrictEqual(new Set(settled), taken)
            assert.strictEqual(settled.length, taken.size)
          })
        )
        assert.isAbove(steps, 20)
      }).pipe(silent),
    120_000
  )
})

describe("a wait for the bell that is interrupted at every step", () => {
  it.live("takes a ring or leaves it for the next, and leaves nobody waiting", () =>
    Effect.gen(function* () {
      const { ring, rung } = yield* TriggerBell
      let heard = 0
      const hear = Effect.andThen(
        rung,
        Effect.sync(() => {
          heard += 1
        })
      )
      const steps = yield* interruptEveryStep(Effect.andThen(ring, hear), () =>
        Effect.gen(function* () {
          const before = heard
          const next = yield* Effect.forkChild(hear)
          yield* ring
          yield* until(() => heard > before)
          yield* Fiber.join(next)
        })
      )
      assert.isAbove(steps, 1)
    }).pipe(Effect.provide(triggerBell))
  )

  it.live("does not lose the ring that it was woken by", () =>
    Effect.gen(function* () {
      const { ring, rung } = yield* TriggerBell
      yield* interruptEveryStep(rung, ({ exit }) =>
        Effect.gen(function* () {
          if (Exit.isFailure(exit)) {
            const next = yield* Effect.forkChild(rung)
            yield* until(() => next.pollUnsafe() !== undefined)
          }
          yield* ring
        })
      ).pipe((all) => Effect.andThen(ring, all))
    }).pipe(Effect.provide(triggerBell))
  )
})
