import { ids } from "@alga-psa/ext-adapters-memory"
import { ArchiveRefused, ArchiveUnopened, type OpenedBundle, rememberedRefusals } from "@alga-psa/ext-adapters-wit"
import { TenantId } from "@alga-psa/ext-domain"
import { until } from "@alga-psa/ext-domain/testing/EventLoop"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Components, layer } from "../src/Components.ts"
import { partOfTenant, usualIntake } from "../src/IntakeSizes.ts"
import { manifest } from "../testing/Archive.ts"
import { acceptingStore, bundleOf, intakeScene } from "./support/Intake.ts"

const good = (archive: Uint8Array): Effect.Effect<OpenedBundle> => Effect.succeed({ manifest, component: archive })

const message = (key: ReturnType<typeof bundleOf>["key"]) =>
  Effect.flatMap(Components, (components) =>
    Effect.match(components.get(key), { onFailure: (error) => error.message, onSuccess: () => "taken in" })
  )

describe("Components", () => {
  it.effect("remembers that an archive was refused, for whoever has it, and tries again after five minutes", () => {
    const {
      layer: parts,
      opened,
      put,
      reads
    } = intakeScene({
      component: () => Effect.fail(new ArchiveRefused({ message: "it is bad" }))
    })
    const [acme, borealis] = [bundleOf("bad"), bundleOf("bad", ids.tenants.borealis)]
    put(acme)
    put(borealis)
    return Effect.gen(function* () {
      assert.strictEqual(yield* message(acme.key), "bundle_fetch_failed: it is bad")
      assert.strictEqual(yield* message(acme.key), "bundle_fetch_failed: it is bad")
      assert.strictEqual(yield* message(borealis.key), "bundle_fetch_failed: it is bad")
      assert.deepStrictEqual([opened, reads.length], [["bad"], 1])
      yield* TestClock.adjust(rememberedRefusals.milliseconds)
      yield* message(borealis.key)
      assert.deepStrictEqual(opened, ["bad", "bad"])
    }).pipe(Effect.provide(Layer.provide(layer, [parts, acceptingStore])))
  })

  it.effect("does not remember other bytes under a hash, a missing archive or one that could not be opened now", () => {
    let trouble = true
    const { layer: parts, put } = intakeScene({
      component: (archive) =>
        trouble ? Effect.fail(new ArchiveUnopened({ message: "no memory", cause: "" })) : good(archive)
    })
    const bundle = bundleOf("good")
    return Effect.gen(function* () {
      assert.strictEqual(yield* message(bundle.key), "bundle_fetch_failed: no such bundle")
      put(bundle, Buffer.from("forged"))
      assert.strictEqual(
        yield* message(bundle.key),
        "bundle_fetch_failed: the archive's bytes do not have this content hash"
      )
      put(bundle)
      assert.strictEqual(yield* message(bundle.key), "bundle_fetch_failed: no memory")
      trouble = false
      assert.strictEqual(yield* message(bundle.key), "taken in")
    }).pipe(Effect.provide(Layer.provide(layer, [parts, acceptingStore])))
  })

  it.effect("says in 300 characters why a bundle is refused, whatever is in it", () => {
    const { layer: parts, put } = intakeScene({
      component: () =>
        Effect.succeed({ manifest: { ...manifest, capabilities: Array(250).fill(0) }, component: new Uint8Array() })
    })
    const bundle = bundleOf("long")
    put(bundle)
    return Effect.gen(function* () {
      const error = yield* message(bundle.key)
      assert.match(error, /^bundle_fetch_failed: manifest\.json capabilities\[0\] must be/)
      assert.isAtMost(error.length, 300 + "bundle_fetch_failed: ".length)
    }).pipe(Effect.provide(Layer.provide(layer, [parts, acceptingStore])))
  })

  it.effect("serves another tenant's first request while six heavy bundles of one tenant are opened", () => {
    const heavy = Deferred.makeUnsafe<void>()
    const {
      layer: parts,
      opened,
      put
    } = intakeScene({
      component: (archive) =>
        Buffer.from(archive).toString().startsWith("heavy")
          ? Effect.andThen(Deferred.await(heavy), good(archive))
          : good(archive)
    })
    const bombs = Array.from({ length: 6 }, (_, i) => bundleOf(`heavy ${i}`))
    const light = bundleOf("light", ids.tenants.borealis)
    for (const bundle of [...bombs, light]) put(bundle)
    return Effect.gen(function* () {
      const waiting = yield* Effect.forEach(bombs, ({ key }) => Effect.forkChild(message(key)))
      yield* until(() => opened.length === partOfTenant(usualIntake.bundles))
      assert.strictEqual(yield* message(light.key), "taken in")
      assert.deepStrictEqual(opened, ["heavy 0", "heavy 1", "light"])
      yield* Deferred.succeed(heavy, undefined)
      for (const fiber of waiting) assert.strictEqual(yield* Fiber.join(fiber), "taken in")
    }).pipe(Effect.provide(Layer.provide(layer, [parts, acceptingStore])))
  })

  it.effect("reads and opens four of sixteen archives of sixteen tenants at once, and the others after them", () => {
    const turns = Array.from({ length: 16 }, () => Deferred.makeUnsafe<void>())
    let atOnce = 0
    let most = 0
    const {
      layer: parts,
      opened,
      put,
      reads
    } = intakeScene({
      component: (archive) =>
        Effect.suspend(() => {
          most = Math.max(most, ++atOnce)
          return Deferred.await(turns[opened.length - 1] as Deferred.Deferred<void>)
        }).pipe(Effect.andThen(good(archive)), Effect.ensuring(Effect.sync(() => void atOnce--)))
    })
    const bundles = turns.map((_, i) => bundleOf(`archive ${i}`, TenantId.make(crypto.randomUUID())))
    for (const bundle of bundles) put(bundle)
    return Effect.gen(function* () {
      const waiting = yield* Effect.forEach(bundles, ({ key }) => Effect.forkChild(message(key)))
      for (const [index, turn] of turns.entries()) {
        const begun = Math.min(turns.length, index + usualIntake.bundles)
        yield* until(() => opened.length === begun)
        assert.strictEqual(reads.length, begun)
        yield* Deferred.succeed(turn, undefined)
      }
      for (const fiber of waiting) assert.strictEqual(yield* Fiber.join(fiber), "taken in")
      assert.deepStrictEqual([most, atOnce], [usualIntake.bundles, 0])
    }).pipe(Effect.provide(Layer.provide(layer, [parts, acceptingStore])))
  })

  it.effect("goes on when the caller is gone, and has the component for the next", () => {
    const end = Deferred.makeUnsafe<void>()
    const {
      layer: parts,
      opened,
      put
    } = intakeScene({
      component: (archive) => Effect.andThen(Deferred.await(end), good(archive))
    })
    const bundle = bundleOf("slow")
    put(bundle)
    return Effect.gen(function* () {
      const first = yield* Effect.forkChild(message(bundle.key))
      yield* until(() => opened.length === 1)
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(end, undefined)
      assert.strictEqual(yield* message(bundle.key), "taken in")
      assert.deepStrictEqual(opened, ["slow"])
    }).pipe(Effect.provide(Layer.provide(layer, [parts, acceptingStore])))
  })
})
