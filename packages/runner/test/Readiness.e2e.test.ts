import { chmod, readdir, rm, symlink } from "node:fs/promises"
import { join } from "node:path"
import { layerSandbox, Sandbox } from "@alga-psa/ext-adapters-wit"
import { DataSourceError } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { BundleStore, BundleStoreError } from "../src/BundleStore.ts"
import { DatabaseCheck, DatabaseUnfit } from "../src/DatabaseCheck.ts"
import * as FurtherParts from "../src/FurtherParts.ts"
import * as Life from "../src/Life.ts"
import * as Readiness from "../src/Readiness.ts"
import { temporary } from "../testing/Temporary.ts"

type Check = Effect.Effect<void, never>

const allOk = { accepting: "ok", database: "ok", store: "ok", components: "ok", sandbox: "ok" } as const

/** Readiness over parts that answer as told. */
const over = (components: string, parts: { database?: unknown; store?: unknown; sandbox?: unknown } = {}) =>
  Readiness.layer(components).pipe(
    Layer.provide([
      Layer.succeed(DatabaseCheck, { check: (parts.database ?? Effect.void) as Check }),
      Layer.succeed(BundleStore, { check: (parts.store ?? Effect.void) as Check, read: () => Effect.die("unused") }),
      Layer.succeed(Sandbox, { check: (parts.sandbox ?? Effect.void) as Check, execute: () => Effect.die("unused") })
    ]),
    Layer.provideMerge(Life.layer)
  )

const report = Effect.flatMap(Readiness.Readiness, ({ report }) => report)
const checks = Effect.map(report, (found) => found.checks)

describe("readiness", () => {
  it.effect("holds while everything answers, and names each part that does not", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const found = (parts: object) => Effect.provide(checks, over(folder, parts))
      assert.deepStrictEqual(yield* found({}), allOk)
      const down = new DataSourceError({ reason: "unavailable", operation: "check", cause: "down" })
      const away = new BundleStoreError({ reason: "unavailable" })
      assert.deepStrictEqual(yield* found({ database: Effect.fail(down) }), { ...allOk, database: "unavailable" })
      assert.deepStrictEqual(yield* found({ store: Effect.fail(away) }), { ...allOk, store: "unavailable" })
      assert.deepStrictEqual(yield* found({ sandbox: Effect.fail("none") }), { ...allOk, sandbox: "unavailable" })
      const absent = over(join(folder, "absent"))
      assert.deepStrictEqual(yield* Effect.provide(checks, absent), { ...allOk, components: "unavailable" })
    })
  )

  it.effect("writes to the directory of components to know, and leaves nothing there", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      assert.deepStrictEqual(yield* Effect.provide(checks, over(folder)), allOk)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(folder)), [])
      // The system says that its owner may write there, and lets nobody.
      assert.propertyVal(yield* Effect.provide(checks, over("/proc")), "components", "unavailable")
    })
  )

  it.effect("is refused for want of what every execution needs, and degraded for want of anything else", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const status = (parts: object, further: Effect.Effect<unknown, unknown> = Effect.void) =>
        Effect.gen(function* () {
          yield* FurtherParts.tellOf({ name: "replica", check: further })
          return yield* report
        }).pipe(
          Effect.provide(over(folder, parts).pipe(Layer.provideMerge(Layer.fresh(FurtherParts.layer)))),
          Effect.scoped
        )
      const away = Effect.fail("away")
      assert.deepEqual(yield* status({}), { status: "ready", why: null, checks: { ...allOk, replica: "ok" } })
      for (const part of ["database", "sandbox"]) {
        assert.propertyVal(yield* status({ [part]: away }), "status", "not-ready", part)
      }
      assert.propertyVal(yield* status({ store: away }), "status", "degraded")
      assert.deepStrictEqual(yield* status({}, away), {
        status: "degraded",
        why: null,
        checks: { ...allOk, replica: "unavailable" }
      })
      assert.propertyVal(yield* status({ database: away }, away), "status", "not-ready")
    })
  )

  it.effect("says why the database cannot serve while it answers, and no more once it does not", () =>
    Effect.gen(function* () {
      let database: Effect.Effect<void, unknown> = Effect.fail(
        new DatabaseUnfit({ message: "no table clients", mayNotServe: false })
      )
      const said = Effect.map(report, ({ checks, status, why }) => [status, checks.database, why])
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* said, ["not-ready", "unavailable", "no table clients"])
        database = Effect.never
        yield* TestClock.adjust("1 second")
        const stuck = yield* Effect.forkChild(said, { startImmediately: true })
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(yield* Fiber.join(stuck), ["not-ready", "unavailable", null])
      }).pipe(Effect.provide(over(yield* temporary, { database: Effect.suspend(() => database) })))
    })
  )

  it.effect("does not wait for a part that does not answer, and asks it again a second later", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<void>()
      let asked = 0
      const database = Effect.andThen(
        Effect.sync(() => {
          asked += 1
        }),
        Deferred.await(answer)
      )
      yield* Effect.gen(function* () {
        const first = yield* Effect.forkChild(checks, { startImmediately: true })
        const second = yield* Effect.forkChild(checks, { startImmediately: true })
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* Fiber.join(first)).database, "unavailable")
        assert.strictEqual((yield* Fiber.join(second)).database, "unavailable")
        assert.strictEqual(asked, 1)
        yield* Deferred.succeed(answer, undefined)
        assert.strictEqual((yield* checks).database, "unavailable")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* checks, allOk)
        assert.strictEqual(asked, 2)
      }).pipe(Effect.provide(over(yield* temporary, { database })))
    })
  )

  it.live("ends with the sandbox's processes: when none can be started any more", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const node = join(folder, "node")
      yield* Effect.promise(() => symlink(process.execPath, node))
      yield* Effect.promise(() => chmod(folder, 0o755))
      yield* Effect.gen(function* () {
        const { check } = yield* Sandbox
        yield* check
        yield* Effect.promise(() => rm(node))
        // The process that was started to see whether one can be waits for work as long as any.
        yield* Effect.flip(Effect.repeat(check, Schedule.spaced("100 millis")))
      }).pipe(Effect.provide(layerSandbox({ spares: 0, idleMs: 1_000, execPath: node })))
    })
  )
})
