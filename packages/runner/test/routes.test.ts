import { AccessReader, InstallLookup } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { HttpRouter } from "effect/http"
import { AccessDoor } from "../src/Access.ts"
import { apiOf, endpointsOf, type Opened, openApi } from "../src/Api.ts"
import { routes } from "../src/Http.ts"
import { ReadsToken } from "../src/internal/http/todaysRunner.ts"
import * as Life from "../src/Life.ts"

const token = Redacted.make("a-token")

const doors = {
  access: Layer.effect(
    AccessDoor,
    Effect.map(AccessReader, (reader) => ({ token, reader }))
  ).pipe(Layer.provide(Layer.mock(AccessReader, {}))),
  reads: Layer.succeed(ReadsToken, token)
} satisfies Record<keyof Opened, Layer.Layer<never>>

/** The method and path of each route that a router is given where these groups are opened. */
const routed = Effect.fnUntraced(function* (opened: Opened) {
  const router = yield* HttpRouter.make
  const given: Array<string> = []
  const recorder = HttpRouter.HttpRouter.of({
    ...router,
    add: (method, path, handler, options) => {
      given.push(`${method} ${path}`)
      return router.add(method, path, handler, options)
    },
    addAll: (all) => {
      given.push(...all.map(({ method, path }) => `${method} ${path}`))
      return router.addAll(all)
    }
  })
  const layer = routes.pipe(
    Layer.provide([Layer.succeed(HttpRouter.HttpRouter, recorder), Layer.mock(InstallLookup, {}), Life.layer]),
    Layer.provide([opened.access ? doors.access : Layer.empty, opened.reads ? doors.reads : Layer.empty])
  )
  yield* Effect.scoped(Layer.build(layer as Layer.Layer<never>))
  return given
})

/** The statuses that each operation is described with. */
const described = Object.fromEntries(
  Object.entries(openApi({ access: true, reads: true }).paths).flatMap(([path, { get, post }]) =>
    Object.entries({ get, post }).flatMap(([method, operation]) =>
      operation === undefined
        ? []
        : [[`${method.toUpperCase()} ${path}`, Object.keys(operation.responses).map(Number)] as const]
    )
  )
)

/** Any route: on a host or a port that has it not, and to another method. */
const always = [404, 405]
/** With a fault of the host, and while it is not known who owns the host. */
const onAnyHost = [...always, 500, 503]
/** From a browser, and without a token. */
const toCallers = [...onAnyHost, 401, 403]

const refusals: Readonly<Record<string, ReadonlyArray<number>>> = {
  "POST /v1/execute": [...toCallers, 400, 413, 415, 422, 429, 502],
  "GET /v1/triggers/{id}": [...toCallers, 400],
  "POST /warmup": [...toCallers, 400, 413, 415, 502],
  "GET /": onAnyHost,
  "GET /ext-ui/{extensionId}/{contentHash}/*": [...onAnyHost, 416, 502],
  "GET /healthz": always,
  "GET /readyz": [...always, 503],
  "GET /metrics": onAnyHost,
  "GET /openapi.json": onAnyHost,
  "GET /v1/access": [...toCallers, 400],
  "POST /api/internal/ext-clients/install/{installId}": [...toCallers, 400],
  "POST /api/internal/ext-services/install/{installId}": [...toCallers, 400]
}

const openings: ReadonlyArray<Opened> = [
  { access: false, reads: false },
  { access: true, reads: false },
  { access: false, reads: true },
  { access: true, reads: true }
]

describe("the runner's routes", () => {
  it.effect.each(openings)("are the endpoints of its API, and nothing else but what finds nothing: %j", (opened) =>
    Effect.gen(function* () {
      const [last, ...paths] = (yield* routed(opened)).reverse()
      assert.strictEqual(last, "* /*")
      assert.deepStrictEqual(
        paths.reverse(),
        endpointsOf(apiOf(opened)).map(({ path }) => `* ${path}`)
      )
    })
  )

  it.each(openings)("are described by the same endpoints: %j", (opened) => {
    const operations = Object.entries(openApi(opened).paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
    )
    assert.deepStrictEqual(
      operations,
      endpointsOf(apiOf(opened)).map(({ methods, path }) => `${methods[0]} ${path.replace(/:(\w+)/g, "{$1}")}`)
    )
  })

  it("are all described with their refusals, and with no other", () => {
    assert.sameMembers(Object.keys(refusals), Object.keys(described))
    for (const [operation, statuses] of Object.entries(refusals)) {
      assert.sameMembers(
        (described[operation] ?? []).filter((status) => status >= 400),
        [...statuses],
        operation
      )
    }
  })
})
