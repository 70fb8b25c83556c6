import { UiProxy, type UiProxyError } from "@alga-psa/ext-domain/UiProxy"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { RouteFixture } from "../MemoryInstalls.ts"
import { codeOf, installed, type PortData } from "./PortData.ts"

const callRoute = (route: string, payload: Uint8Array | null = null) =>
  Effect.flatMap(UiProxy, (proxy) => proxy.callRoute(route, payload))

const bytes = Uint8Array.of(123, 125)
const route = "/reports/monthly?year=2026"
const getting: RouteFixture = { method: "GET", route, answer: bytes }

/** Blank paths, and paths that lead elsewhere where a server or a proxy decodes them. */
const bad = [
  ...["", "  ", "?a=1", "#a", "/a/../b", "/./a", "..", "/a/..?b", "/a/..#b"],
  ...["/a/%2e%2e/b", "/a/%2E./b", "/a/.%2e", "/%2e/b", "/a%2f..%2fb", "/a%2F%2e%2e"],
  ...["\\a\\..\\b", "/a\\..", "..\\b", "/a/%5c%2e%2e%5Cb"]
]

/** Every guarantee of {@link UiProxy}, one case each. A route of the adapter can fail with these codes. */
export const uiProxyContract = <E>(
  name: string,
  adapter: Layer.Layer<UiProxy | PortData, E>,
  answers: ReadonlyArray<UiProxyError["code"]> = ["denied", "bad-request", "internal"]
): void =>
  layer(adapter)(`UiProxy contract: ${name}`, (it) => {
    it.effect("gives the bytes that a route answers, or none", () =>
      Effect.gen(function* () {
        const empty: RouteFixture = { method: "GET", route: "/empty", answer: new Uint8Array() }
        const { as } = yield* installed({ routes: [getting, empty] })
        assert.deepEqual(Array.from(yield* as(callRoute(route))), Array.from(bytes))
        assert.strictEqual((yield* as(callRoute("/empty"))).length, 0)
      })
    )

    it.effect("gets without a payload, and posts one as it is, once", () =>
      Effect.gen(function* () {
        const posted = Uint8Array.of(91, 93)
        const { as, sent } = yield* installed({ routes: [getting, { method: "POST", route, answer: posted }] })
        const payload = Uint8Array.of(1, 0, 255)
        const answers = [yield* as(callRoute(route)), yield* as(callRoute(route, payload))]
        assert.deepEqual(
          answers.map((answer) => Array.from(answer)),
          [Array.from(bytes), Array.from(posted)]
        )
        assert.deepEqual(yield* sent, [
          { route, payload: null },
          { route, payload }
        ])
      })
    )

    it.effect("has no route that the install does not have", () =>
      Effect.gen(function* () {
        const own = yield* installed()
        const sibling = yield* installed({ routes: [getting] }, own.execution.tenantId)
        assert.strictEqual(yield* own.as(codeOf(callRoute(route))), "route-not-found")
        assert.strictEqual(yield* sibling.as(codeOf(callRoute("/other"))), "route-not-found")
      })
    )

    it.effect("posts a payload without a byte too", () =>
      Effect.gen(function* () {
        const { as, sent } = yield* installed({ routes: [{ ...getting, method: "POST" }] })
        const payload = new Uint8Array()
        yield* as(callRoute(route, payload))
        assert.deepEqual(yield* sent, [{ route, payload }])
      })
    )

    it.effect.each(["/a/...", "/a/..b", "/.a", "/a%2eb", "/a?b=/../%2e%2e\\..#/../c"])(
      "takes dots for ordinary characters that lead nowhere: %j",
      (good) =>
        Effect.gen(function* () {
          const { as } = yield* installed()
          assert.strictEqual(yield* as(codeOf(callRoute(good))), "route-not-found")
        })
    )

    it.effect.each(bad)("refuses the route %j, and calls nothing", (bad) =>
      Effect.gen(function* () {
        const { as, sent } = yield* installed({ routes: [{ ...getting, route: bad }] })
        assert.strictEqual(yield* as(codeOf(callRoute(bad))), "bad-request")
        assert.deepEqual(yield* sent, [])
      })
    )

    it.effect.each(answers)("says that a route answered %s", (answer) =>
      Effect.gen(function* () {
        const { as, sent } = yield* installed({ routes: [{ ...getting, answer }] })
        assert.strictEqual(yield* as(codeOf(callRoute(route))), answer)
        assert.strictEqual((yield* sent).length, 1)
      })
    )
  })
