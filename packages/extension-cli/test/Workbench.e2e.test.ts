import { join } from "node:path"
import { seed } from "@alga-psa/ext-adapters-memory"
import { layerEmbeddedRunner } from "@alga-psa/ext-development-host/EmbeddedRunner"
import { Components } from "@alga-psa/ext-runner/Components"
import { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { temporary } from "@alga-psa/ext-runner/testing/Temporary"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DevBuild } from "../src/dev/Builder.ts"
import { noBundle, place, prepare } from "../src/dev/DevDatabase.ts"
import { makeDevWorld } from "../src/dev/DevWorld.ts"
import { makeBenchState, makeWorkbench } from "../src/dev/Workbench.ts"

const [one, two] = ["1".repeat(64), "2".repeat(64)]

const builtAs = (contentHash: string): DevBuild => ({
  manifest: {
    name: "com.example.counter",
    publisher: "Example",
    version: "0.1.0",
    runtime: "wasm-js@1",
    capabilities: ["cap:client.read"]
  },
  archive: new Uint8Array(),
  contentHash,
  hasPage: false,
  explain: (text) => text,
  nodeFile: null,
  written: new Map(),
  notes: []
})

/** A bench with a good build. */
const working = Effect.gen(function* () {
  const folder = yield* temporary
  const context = yield* Layer.build(
    layerEmbeddedRunner({
      bundles: { directory: join(folder, "bundles") },
      components: join(folder, "components"),
      sandbox: { spares: 0 }
    })
  )
  const rows = seed({ contentHash: noBundle })
  yield* Effect.provideContext(prepare(rows), context)
  const world = yield* makeDevWorld(folder, rows)
  const state = yield* makeBenchState("counter", () => rows, "admin", false)
  let next = builtAs(one)
  const workbench = yield* makeWorkbench(state, { build: Effect.sync(() => next) }, join(folder, "bundles"), world)
  const taking = (get: Effect.Effect<never, RunnerError>) =>
    workbench.rebuild.pipe(
      Effect.provideService(Components, { get: () => get, renew: () => get }),
      Effect.provideContext(context)
    )
  yield* taking(Effect.void as Effect.Effect<never>)
  return {
    state,
    /** Builds again, and waits to be taken in until `outcome` says what comes of that. */
    building: Effect.fnUntraced(function* (contentHash: string) {
      const [begun, outcome] = [yield* Deferred.make<void>(), yield* Deferred.make<never, RunnerError>()]
      next = builtAs(contentHash)
      const rebuilding = yield* Effect.forkChild(
        taking(Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(outcome)))
      )
      yield* Deferred.await(begun)
      return { outcome, ended: Fiber.join(rebuilding) }
    }),
    change: (granted: ReadonlyArray<"cap:client.read">) =>
      Effect.provideContext(workbench.change({ granted }), context),
    /** What the host knows of the install. */
    released: Effect.gen(function* () {
      const sql = yield* SqlClient
      const [found] = yield* sql<{ content_hash: string; granted_caps: unknown }>`
        SELECT content_hash, granted_caps
        FROM tenant_extension_install AS install JOIN extension_bundle AS bundle USING (version_id)
        WHERE install.id = ${place.install}::uuid`
      return found
    }).pipe(Effect.provideContext(context))
  }
})

describe("while a build is taken in", () => {
  it.live(
    "the last good one is released, and stays that where it is refused; a capability that is taken away stays away",
    () =>
      Effect.gen(function* () {
        const { building, change, released, state } = yield* working
        const first = { content_hash: one, granted_caps: ["cap:client.read"] }
        const refused = yield* building(two)
        assert.deepEqual(yield* released, first)
        yield* Deferred.fail(refused.outcome, new RunnerError({ code: "bundle_fetch_failed", detail: "refused" }))
        yield* refused.ended
        assert.deepEqual([yield* released, state.viewer().contentHash], [first, one])
        assert.strictEqual(state.now().build.status, "failed")

        const taken = yield* building(two)
        yield* change([])
        yield* Deferred.succeed(taken.outcome, undefined as never)
        yield* taken.ended
        assert.deepEqual(yield* released, { content_hash: two, granted_caps: [] })
        assert.deepEqual(state.now().capabilities, [{ name: "cap:client.read", granted: false, note: null }])
      }).pipe(Effect.provide(Logger.layer([])))
  )
})
