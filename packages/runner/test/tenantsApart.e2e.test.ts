import { ids, layer as layerMemory, MemoryStore, seed } from "@alga-psa/ext-adapters-memory"
import { heavyComponent } from "@alga-psa/ext-adapters-wit/testing/HeavyComponent"
import type { TenantId, UserId } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { manifest, pack, sha256 } from "../testing/Archive.ts"
import { buildFixtureComponent, installed } from "../testing/Extensions.ts"
import { execute } from "./support/Requests.ts"
import { layerTestRunner, TestRunner } from "./support/TestRunner.ts"

const setting = layerTestRunner.pipe(Layer.provideMerge(layerMemory(seed({ contentHash: "0".repeat(64) }))))

/** Publishes a component for a tenant; gives the first request to it. */
const published = Effect.fnUntraced(function* (component: Uint8Array, tenant: TenantId, user: UserId) {
  const files = { "manifest.json": JSON.stringify(manifest), "dist/main.wasm": component }
  const archive = yield* Effect.promise(() => pack(files))
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, [], tenant)
  yield* (yield* MemoryStore).load(rows)
  yield* (yield* TestRunner).store({ tenant, extension, hash }, archive)
  return execute(hash, { case: { tenant, extension, install, user, path: "/0" } })
})

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a tenant's first request", (it) => {
  it.effect(
    "is answered before four small bundles of another tenant, made to take long, are refused",
    () =>
      Effect.gen(function* () {
        const good = yield* Effect.promise(() => buildFixtureComponent("steps"))
        const first = yield* published(good, ids.tenants.borealis, ids.users.borealisAdmin)
        const heavy = yield* Effect.promise(() =>
          Promise.all([4, 6].flatMap((deep) => [1, 2].map((number) => heavyComponent(deep, number))))
        )
        const bombs = yield* Effect.forEach(heavy, (component) =>
          published(component, ids.tenants.acme, ids.users.admin)
        )
        const refused: Array<string> = []
        const refusals = yield* Effect.forEach(bombs, (bomb) =>
          Effect.forkChild(
            Effect.tap(bomb, ({ body }) => Effect.sync(() => void refused.push(body.error ?? ""))),
            { startImmediately: true }
          )
        )
        const { body } = yield* first
        assert.strictEqual(body.status, 200, body.error)
        assert.isBelow(refused.length, bombs.length)
        yield* Effect.forEach(refusals, Fiber.join)
        const reasons = refused.map(
          (said) => /^bundle_fetch_failed: component refused: (handler must be|its types take)/.exec(said)?.[1]
        )
        assert.sameMembers(reasons, [...Array(2).fill("handler must be"), ...Array(2).fill("its types take")])
      }),
    300_000
  )
})
