import { ids, layer as layerMemory, seed } from "@alga-psa/ext-adapters-memory"
import { type Component, defaultLimits, Executor } from "@alga-psa/ext-adapters-wit"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { ContentHash, Invocation, layerAuthorization, layerSecretsDenied, noRights } from "@alga-psa/ext-domain"
import { turns } from "@alga-psa/ext-domain/testing/EventLoop"
import { Components } from "@alga-psa/ext-runner/Components"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import * as Execution from "@alga-psa/ext-runner/Execution"
import * as Life from "@alga-psa/ext-runner/Life"
import { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Fiber, Layer, Redacted, Schema } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcServer } from "effect/rpc"
import { SocketServer } from "effect/socket"
import * as ClusteredExecution from "../src/ClusteredExecution.ts"
import { ClusterPlaces } from "../src/ClusterLimits.ts"
import { Membership } from "../src/Membership.ts"
import { layerPeerBodies } from "../src/PeerBodies.ts"
import { layerSerialization, layerServer } from "../src/PeerLink.ts"
import * as PeerServer from "../src/PeerServer.ts"
import * as Peers from "../src/Peers.ts"
import * as TriggerBell from "../src/TriggerBell.ts"
import { directoryOf, membership } from "./support/clusterParts.ts"

const hash = "ab".repeat(32)
const secrets = [Redacted.make("the-secret-of-the-runners-of-this-test")] as const
const serialization = layerSerialization(1_000_000)

const said = {
  code: "bundle_fetch_failed",
  detail: "why",
  retryAfterMillis: 5,
  ran: { ...noRights, wrote: true }
} as const
const broken = new RunnerError({ ...said, cause: new Error("private") })

/**
 * A runner on the seed's records, and what is asked of it by another that knows the secret. `runs` counts guests, `given` has
 * what the last one's ports were given; each begins `guest`.
 */
const asking = Effect.fnUntraced(function* (
  guest: Effect.Effect<void>,
  membershipOfRunner: Layer.Layer<Membership> = membership,
  bodiesBytes = 1_000_000
) {
  let runs = 0
  let given: unknown = null
  const execution = Execution.layer(defaultLimits).pipe(
    Layer.provide([
      Layer.mock(Components, { get: () => Effect.succeed({ hash } as unknown as Component) }),
      Layer.succeed(Executor, {
        execute: () =>
          Effect.flatMap(Invocation, ({ settings }) => {
            runs += 1
            given = settings && Redacted.value(settings)
            return Effect.as(guest, { status: 204, headers: [], body: null })
          })
      }),
      layerSecretsDenied,
      Layer.provide(layerAuthorization, layerMemory(seed({ contentHash: hash })))
    ])
  )
  const places = Layer.mock(ClusterPlaces, { hold: () => Effect.void })
  const server = yield* Layer.build(
    PeerServer.layer.pipe(
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provideMerge(layerServer({ host: "127.0.0.1", port: 0 }, secrets)),
      Layer.provide(serialization),
      Layer.provide(Layer.provide(ClusteredExecution.layerLocal, [execution, places])),
      Layer.provide(layerPeerBodies(bodiesBytes)),
      Layer.provide([places, membershipOfRunner, directoryOf([]).layer, TriggerBell.layer]),
      Layer.provideMerge(Life.layer),
      Layer.provide(Layer.mock(Components, { get: () => Effect.fail(broken) }))
    )
  )
  const { address } = Context.get(server, SocketServer.SocketServer)
  assert(address._tag !== "UnixPathAddress")
  const runner = new RunnerAddress({ host: "127.0.0.1", port: address.port })
  const { ask } = yield* Peers.Peers
  const warm = ask(runner, (peer) =>
    peer.Warm({ tenant: ids.tenants.acme, extension: ids.extensions.full, hash: ContentHash.make(hash) })
  )
  const execute = (body: object, timeoutMs?: number) => {
    const request = Schema.decodeUnknownSync(ExecuteRequest)(body)
    const time = timeoutMs === undefined ? {} : { timeoutMs }
    return Effect.match(
      ask(runner, (peer) => peer.Execute({ request, requestId: "request-1", ...time })),
      {
        onSuccess: ({ status }) => String(status),
        onFailure: (error) => ("code" in error ? error.code : error._tag)
      }
    )
  }
  return { execute, runs: () => runs, given: () => given, life: Context.get(server, Life.Life), warm }
})

const asked = asking(Effect.void)

const provided = Effect.provide(Peers.layer(secrets).pipe(Layer.provide(serialization)))
const good = executeBody(adminCase, hash)

describe("A request of another runner", () => {
  it.live("is carried out where its install is the tenant's, and its content hash the installed version's", () =>
    Effect.gen(function* () {
      const { execute, runs } = yield* asked
      assert.deepStrictEqual([yield* execute(good), runs()], ["204", 1])
    }).pipe(provided)
  )

  it.live("is not taken by a runner that has left the cluster, though it still works", () =>
    Effect.gen(function* () {
      const gone = Layer.effect(
        Membership,
        Effect.map(Membership, (it) => ({ ...it, left: () => true }))
      ).pipe(Layer.provide(membership))
      const { execute, life, runs } = yield* asking(Effect.void, gone)
      assert.deepStrictEqual([yield* execute(good), runs(), life.ready()], ["NotTaken", 0, true])
    }).pipe(provided)
  )

  it.live("has for its ports the configuration and the secrets that its caller gave", () =>
    Effect.gen(function* () {
      const { execute, given } = yield* asked
      const config = { region: "north" }
      const secretEnvelope = { algorithm: "inline", values: { token: "sealed" } }
      yield* execute({ ...good, context: { ...good.context, config }, secret_envelope: secretEnvelope })
      assert.deepStrictEqual(given(), { config, secretEnvelope })
    }).pipe(provided)
  )

  it.live("is waited for by a runner that stops", () =>
    Effect.gen(function* () {
      const [began, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const { execute, life } = yield* asking(Effect.andThen(Deferred.succeed(began, undefined), Deferred.await(end)))
      const executing = yield* Effect.forkChild(execute(good))
      yield* Deferred.await(began)
      const order: Array<string> = []
      const stopping = yield* Effect.forkChild(
        Effect.andThen(
          life.stop({ delay: Duration.zero, grace: Duration.minutes(10) }),
          Effect.sync(() => order.push("stopped"))
        )
      )
      yield* Effect.repeat(Effect.yieldNow, { until: () => !life.ready() })
      yield* turns(20)
      order.push("ends")
      yield* Deferred.succeed(end, undefined)
      assert.strictEqual(yield* Fiber.join(executing), "204")
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(order, ["ends", "stopped"])
    }).pipe(provided)
  )

  it.live.each([
    ["its body", { http: { ...good.http, body_b64: Buffer.alloc(60).toString("base64") } }],
    ["its headers", { http: { ...good.http, headers: { "x-long": "x".repeat(60) } } }],
    ["its configuration", { context: { ...good.context, config: { long: "x".repeat(60) } } }],
    ["its sealed secrets", { secret_envelope: { algorithm: "inline", values: { token: "x".repeat(60) } } }]
  ])(
    "counts with %s among those handed on: it waits for room, and nothing runs where there is none in time",
    ([, part]) =>
      Effect.gen(function* () {
        const [began, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const guest = Effect.andThen(Deferred.succeed(began, undefined), Deferred.await(end))
        const small = executeBody(adminCase, hash)
        const usual = JSON.stringify([small.http.path, small.http.query, small.http.headers]).length
        const { execute, runs } = yield* asking(guest, membership, 2 * (usual + 60))
        const large = Object.assign({}, small, part)
        const first = yield* Effect.forkChild(execute(large))
        yield* Deferred.await(began)
        assert.deepStrictEqual([yield* execute(large, 50), runs()], ["overloaded", 1])
        const waiting = yield* Effect.forkChild(execute(large))
        yield* Deferred.succeed(end, undefined)
        assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(waiting), runs()], ["204", "204", 2])
      }).pipe(provided)
  )

  it.live.each([
    ["another tenant's install", executeBody({ ...adminCase, tenant: ids.tenants.borealis }, hash), "unknown_install"],
    [
      "another extension's install",
      executeBody({ ...adminCase, extension: ids.extensions.ungranted }, hash),
      "unknown_install"
    ],
    ["another content hash", executeBody(adminCase, "cd".repeat(32)), "bundle_fetch_failed"],
    ["a schedule and a user", { ...good, context: { ...good.context, schedule_id: "s1" } }, "invalid_request"]
  ] as const)("is refused with %s, like a caller's, and runs nothing", ([, body, code]) =>
    Effect.gen(function* () {
      const { execute, runs } = yield* asked
      assert.deepStrictEqual([yield* execute(body), runs()], [code, 0])
    }).pipe(provided)
  )

  it.live("is told what its caller may know of a failure, and nothing of its cause", () =>
    Effect.gen(function* () {
      const { warm } = yield* asked
      const error = yield* Effect.flip(warm)
      assert(error instanceof RunnerError)
      const { cause, code, detail, ran, retryAfterMillis } = error
      assert.deepStrictEqual([cause, { code, detail, ran, retryAfterMillis }], [undefined, said])
    }).pipe(provided)
  )
})
