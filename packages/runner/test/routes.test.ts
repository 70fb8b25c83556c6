import { InstallLookup } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { endpoints, openApi } from "../src/Api.ts"
import { routes } from "../src/Http.ts"
import * as Life from "../src/Life.ts"

/** The method and path of each route that a router is given. */
const routed = Effect.gen(function* () {
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
    Layer.provide([Layer.succeed(HttpRouter.HttpRouter, recorder), Layer.mock(InstallLookup, {}), Life.layer])
  )
  yield* Effect.scoped(Layer.build(layer as Layer.Layer<never>))
  return given
})

describe("the runner's routes", () => {
  it.effect("are the endpoints of the API, the two of today's runner, and nothing else but what finds nothing", () =>
    Effect.gen(function* () {
      const given = yield* routed
      const isTodays = (route: string) =>
        /^\* \/api\/internal\/ext-(clients|services)\/install\/:installId$/.test(route)
      assert.lengthOf(given.filter(isTodays), 2)
      const [last, ...paths] = given.filter((route) => !isTodays(route)).reverse()
      assert.strictEqual(last, "* /*")
      assert.deepStrictEqual(
        paths.reverse(),
        endpoints.map(({ path }) => `* ${path}`)
      )
    })
  )

  it.each([
    ["post", "/v1/execute"],
    ["get", "/v1/triggers/{id}"],
    ["post", "/warmup"]
  ] as const)("that are for callers are described with their refusals: %s %s", (method, path) => {
    // Without a token; from a browser; with a fault of the host; too late, or as the runner stops.
    const refusals = ["401", "403", "500", "503"]
    assert.includeMembers(Object.keys(openApi().paths[path]?.[method]?.responses ?? {}), refusals)
  })

  it("are described by the same endpoints", () => {
    const described = Object.entries(openApi().paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
    )
    assert.deepStrictEqual(
      described,
      endpoints.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
    )
  })
})
