import { ids } from "@alga-psa/ext-adapters-memory"
import { Archives, type ArchivesService, ComponentStore, defaultLimits } from "@alga-psa/ext-adapters-wit"
import { CapabilityGate, InstallLookup } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger, Redacted } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { AnswerRights } from "../src/AnswerRights.ts"
import { BundleStore } from "../src/BundleStore.ts"
import { ClusterWarmup } from "../src/ClusterWarmup.ts"
import { type Components, layer as layerComponents } from "../src/Components.ts"
import { LongestTime } from "../src/Deadline.ts"
import { type ExtensionUi, layer as layerUi } from "../src/ExtensionUi.ts"
import { extensionUi } from "../src/internal/http/extensionUi.ts"
import { trigger } from "../src/internal/http/trigger.ts"
import { warmup } from "../src/internal/http/warmup.ts"
import { layerToken, type ServiceToken, serviceTokenHeader } from "../src/ServiceToken.ts"
import { type KeptTrigger, Triggers } from "../src/Triggers.ts"
import { manifest, sha256 } from "../testing/Archive.ts"

const token = "a-token"
const archive = Buffer.from("archive")
const hash = sha256(archive)
const tenant = ids.tenants.acme
const extension = ids.extensions.full

const named = { "x-alga-tenant": tenant }

const requestOf = (path: string, body?: string | ReadableStream, more: Record<string, string> = named) =>
  HttpServerRequest.fromWeb(
    new Request(`http://runner.invalid${path}`, {
      headers: { "content-type": "application/json", [serviceTokenHeader]: token, ...more },
      ...(body === undefined ? {} : { method: "POST", body, duplex: "half" })
    } as RequestInit)
  )

type Stuck = "database" | "lookup" | "store" | "archive" | "page" | "intake" | "peer" | "triggers" | "rights"

/** A part that does not answer and cannot be interrupted, and the others, which do; says when it is reached. */
const parts = (stuckPart: Stuck) => {
  const reached = Deferred.makeUnsafe<void>()
  const at = <A>(part: Stuck, value: A): Effect.Effect<A> =>
    part === stuckPart
      ? Effect.andThen(
          Deferred.succeed(reached, undefined),
          Effect.uninterruptible(Effect.as(Effect.sleep("4 minutes"), value))
        )
      : Effect.succeed(value)
  const kept = { id: ids.installs.full, extension, install: ids.installs.full, state: "done", response: {} }
  const opened = { manifest, component: new Uint8Array() }
  const layer = Layer.mergeAll(layerComponents, layerUi).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.mock(BundleStore, { read: () => at("store", archive) }),
        Layer.succeed(Archives, {
          component: () => at("archive", opened),
          page: () => Effect.andThen(at("page", null), at("archive", new Map())),
          manifest: () => at("archive", manifest)
        } satisfies ArchivesService),
        Layer.mock(ComponentStore, {
          directory: "",
          accept: () => at("intake", { hash } as never),
          use: () => Effect.void
        }),
        Layer.mock(CapabilityGate, { accessTo: () => at("database", { contentHashes: [hash] } as never) }),
        Layer.mock(InstallLookup, {
          byBundle: () =>
            at("lookup", { tenantId: tenant, installId: ids.installs.full, extensionId: extension, contentHash: hash })
        }),
        Layer.mock(AnswerRights, { mayHave: () => at("rights", undefined) }),
        Layer.succeed(Triggers, {
          accept: () => Effect.die("not asked"),
          find: () => at("triggers", kept as unknown as KeptTrigger)
        }),
        layerToken(Redacted.make(token)),
        Logger.layer([])
      )
    )
  )
  const cluster = Layer.succeed(ClusterWarmup, () => at("peer", undefined))
  return { reached: Deferred.await(reached), layer: stuckPart === "peer" ? Layer.merge(cluster, layer) : layer }
}

type Route = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  AnswerRights | Components | ExtensionUi | ServiceToken
>

/** What a route answers at the time limit of the deployment and no sooner, where the part is stuck. */
const saidAt = (milliseconds: number, route: Route, stuckPart: Stuck | null) =>
  Effect.gen(function* () {
    const { layer, reached } = parts(stuckPart ?? "database")
    const limited = Effect.provideService(route, LongestTime, milliseconds)
    const scope = yield* Effect.scope
    const services = yield* Layer.buildWithScope(layer, scope)
    const fiber = yield* Effect.forkChild(Effect.provideContext(limited, services))
    if (stuckPart !== null) yield* reached
    yield* TestClock.adjust(milliseconds - 1)
    assert.isUndefined(fiber.pollUnsafe())
    yield* TestClock.adjust(100)
    const { body, status } = yield* Fiber.join(fiber)
    // What cannot be interrupted ends by itself, before the services that it runs in can.
    yield* TestClock.adjust("5 minutes")
    assert(body._tag === "Uint8Array")
    return [status, JSON.parse(Buffer.from(body.body).toString()).error]
  }).pipe(Effect.scoped)

const warm = (change: object = {}) =>
  warmup(
    requestOf("/warmup", JSON.stringify({ tenant_id: tenant, extension_id: extension, content_hash: hash, ...change }))
  )
const page = extensionUi(requestOf(`/ext-ui/${extension}/${hash}/index.html`))
const unnamed = extensionUi(requestOf(`/ext-ui/${extension}/${hash}/index.html`, undefined, {}))
const kept = Effect.provideService(trigger(requestOf("/v1/triggers/{id}")), HttpRouter.RouteContext, {
  params: { id: ids.installs.full },
  route: HttpRouter.route("GET", "/v1/triggers/:id", Effect.die("not asked"))
})

const noComponent = "overloaded: the component is not there in time; loading continues, so ask again"
const noPage = "overloaded: the page is not there in time; ask again"

describe("a route beside the execution, where a part is stuck, is answered at the deployment's time limit", () => {
  it.effect.each([
    ["POST /warmup", "store", warm(), 503, noComponent],
    ["POST /warmup", "archive", warm(), 503, noComponent],
    ["POST /warmup", "intake", warm(), 503, noComponent],
    ["POST /warmup", "peer", warm({ install_id: ids.installs.full }), 503, noComponent],
    ["POST /warmup", "page", warm(), 503, noPage],
    ["GET /ext-ui", "database", page, 503, noPage],
    ["GET /ext-ui", "lookup", unnamed, 503, noPage],
    ["GET /ext-ui", "store", page, 503, noPage],
    ["GET /ext-ui", "archive", page, 503, noPage],
    ["GET /v1/triggers", "triggers", kept, 503, "data_unavailable: the store of triggers does not answer"],
    [
      "GET /v1/triggers",
      "rights",
      kept,
      503,
      "data_unavailable: the rights that the answer rests on could not be read in time"
    ]
  ] as const)("%s, %s", ([_, part, route, status, said]) =>
    Effect.gen(function* () {
      for (const milliseconds of [100, defaultLimits.timeoutMs]) {
        assert.deepStrictEqual(yield* saidAt(milliseconds, route, part), [status, said])
      }
    })
  )

  it.effect("POST /warmup, its body", () =>
    Effect.gen(function* () {
      const said = yield* saidAt(100, warmup(requestOf("/warmup", new ReadableStream())), null)
      assert.deepStrictEqual(said, [400, "invalid_request: the body did not arrive within the time limit"])
    })
  )
})
