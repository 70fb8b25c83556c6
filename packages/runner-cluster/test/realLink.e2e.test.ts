import { randomBytes } from "node:crypto"
import { ids } from "@alga-psa/ext-adapters-memory"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { until } from "@alga-psa/ext-domain/testing/EventLoop"
import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { fail, type RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { counter } from "@alga-psa/ext-runner/testing/CountedWork"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Schema, Scope, Stream } from "effect"
import { ClusterPlaces, layer as clusterLimits } from "../src/ClusterLimits.ts"
import { Peers } from "../src/Peers.ts"
import { directoryOf, membership } from "./support/clusterParts.ts"
import { layerPeers, listening } from "./support/realLink.ts"

const request = Schema.decodeUnknownSync(ExecuteRequest)(executeBody(adminCase, "0".repeat(64)))
const limits = { install: { concurrency: null, rate: null }, tenant: { concurrency: 1, rate: null } }
const silent = Effect.provide(Logger.layer([]))

/** No number of turns is enough for every machine to send something over a real link. A test's time limit ends the wait. */
const unlimited = Number.POSITIVE_INFINITY

/** Places that the runner at the other end of a real link counts, which answers so. */
const placesAt = Effect.fnUntraced(function* (hold: Stream.Stream<void, RunnerError>) {
  const owner = yield* listening({ Hold: () => hold })
  const { layer: directory, out } = directoryOf([owner])
  const services = yield* Layer.build(Layer.provide(clusterLimits(limits), [directory, membership, layerPeers]))
  const { hold: holdPlace } = Context.get(services, ClusterPlaces)
  return { hold: holdPlace(ids.tenants.acme, ids.installs.full), out }
})

const told = <A, R>(effect: Effect.Effect<A, RunnerError, R>) =>
  Effect.match(effect, { onFailure: ({ message }) => message, onSuccess: () => "held" })

const full = "rate_limited: the tenant has 1 executions under way"

describe("a place that another runner counts, asked for over the real link", () => {
  it.live.each([
    ["has a defect", Stream.die("a bug")],
    ["has a defect before it gives one", Stream.unwrap(Effect.die("a bug"))],
    ["ends before it gives one", Stream.empty]
  ] as ReadonlyArray<readonly [string, Stream.Stream<void, RunnerError>]>)(
    "is counted here where the other end %s",
    ([, hold]) =>
      Effect.gen(function* () {
        const places = yield* placesAt(hold)
        const scope = yield* Scope.make()
        assert.strictEqual(yield* told(Scope.provide(places.hold, scope)), "held")
        assert.strictEqual(yield* told(Effect.scoped(places.hold)), full)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* told(Effect.scoped(places.hold)), "held")
      }).pipe(silent)
  )

  it.live("is refused where the other end refuses it, and nobody is left out for that", () =>
    Effect.gen(function* () {
      const places = yield* placesAt(Stream.fail(fail("rate_limited", "why")))
      assert.strictEqual(yield* told(Effect.scoped(places.hold)), "rate_limited: why")
      assert.deepStrictEqual(places.out, [])
    }).pipe(silent)
  )

  it.live("is held there for as long as it is needed, also where its asker is interrupted at any of some steps", () =>
    Effect.gen(function* () {
      let held = 0
      const place = Effect.acquireRelease(
        Effect.sync(() => void held++),
        () => Effect.sync(() => void held--)
      )
      const { hold, out } = yield* placesAt(
        Stream.unwrap(Effect.as(place, Stream.concat(Stream.make(undefined), Stream.never)))
      )
      const holding = Effect.scoped(
        Effect.andThen(
          hold,
          Effect.sync(() => assert.strictEqual(held, 1))
        )
      )
      const steps = yield* interruptSomeSteps(holding, { count: 60, seed: "hold" }, () =>
        Effect.gen(function* () {
          yield* until(() => held === 0, unlimited)
          yield* holding
          yield* until(() => held === 0, unlimited)
        })
      )
      assert.isAbove(steps, 20)
      assert.deepStrictEqual(out, [])
    }).pipe(silent)
  )
})

describe("requests that are handed on at the same time", () => {
  it.live("have a connection each, which the next ones use again, and none of them is that of small questions", () =>
    Effect.gen(function* () {
      const connections: Array<number> = []
      const [began, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const body_b64 = Buffer.alloc(700_000).toString("base64")
      const note = (client: { readonly id: number }) => Effect.sync(() => void connections.push(client.id))
      const owner = yield* listening({
        Alive: (_, { client }) => note(client),
        Execute: (_, { client }) =>
          Effect.gen(function* () {
            yield* note(client)
            if (connections.length === 2) yield* Deferred.succeed(began, undefined)
            yield* Deferred.await(end)
            return { status: 200, headers: {}, body_b64 }
          })
      })
      const { ask, askApart } = Context.get(yield* Layer.build(layerPeers), Peers)
      const execute = askApart(owner, (peer) => peer.Execute({ request, requestId: "r" }))
      const both = yield* Effect.forkChild(Effect.all([execute, execute], { concurrency: 2 }))
      yield* Deferred.await(began)
      yield* ask(owner, (peer) => peer.Alive())
      yield* Deferred.succeed(end, undefined)
      const answers = yield* Fiber.join(both)
      assert.deepStrictEqual(
        answers.map((answer) => answer.body_b64?.length),
        [body_b64.length, body_b64.length]
      )
      assert.strictEqual(new Set(connections).size, 3)
      yield* execute
      assert.strictEqual(new Set(connections).size, 3)
    }).pipe(silent)
  )
})

describe("a request that is handed on over the real link", () => {
  it.live("arrives with the bytes of its body, and so does its answer", () =>
    Effect.gen(function* () {
      const owner = yield* listening({
        Execute: ({ request: { http } }) =>
          Effect.succeed({
            status: 200,
            headers: {},
            body_b64: Buffer.from(http.body_b64 ?? "none").toString("base64")
          })
      })
      const { askApart } = Context.get(yield* Layer.build(layerPeers), Peers)
      const answer = (body: Uint8Array) =>
        Effect.map(
          askApart(owner, (peer) =>
            peer.Execute({ request: { ...request, http: { ...request.http, body_b64: body } }, requestId: "r" })
          ),
          ({ body_b64 = "" }) => Buffer.from(body_b64, "base64")
        )
      for (const length of [0, 1, 300_000]) {
        const body = randomBytes(length)
        assert.isTrue((yield* answer(body)).equals(body), `${length} bytes`)
      }
    }).pipe(silent)
  )
})

describe("a request that is handed on over the real link, interrupted at steps that a seed chooses", () => {
  it.live("runs once at most, is under way no more, and the next one is answered", () =>
    Effect.gen(function* () {
      const { work, working } = counter()
      const ran: Array<string> = []
      const owner = yield* listening({
        Execute: ({ requestId }) =>
          Effect.suspend(() => {
            ran.push(requestId)
            return Effect.as(work, { status: 200, headers: {} })
          })
      })
      const { ask } = Context.get(yield* Layer.build(layerPeers), Peers)
      let asked = 0
      const execute = Effect.suspend(() => {
        const requestId = String(++asked)
        return ask(owner, (peer) => peer.Execute({ request, requestId }))
      })
      const steps = yield* interruptSomeSteps(execute, { count: 60, seed: "execute" }, () =>
        Effect.gen(function* () {
          yield* until(() => working() === 0, unlimited)
          assert.strictEqual((yield* execute).status, 200)
          assert.strictEqual(new Set(ran).size, ran.length)
        })
      )
      assert.isAbove(steps, 10)
    }).pipe(silent)
  )
})
