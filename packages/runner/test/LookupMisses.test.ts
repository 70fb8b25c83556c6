import { ids } from "@alga-psa/ext-adapters-memory"
import { type FoundInstall, HostName, InstallId, InstallLookup } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { layerMissesRemembered, rememberedMisses } from "../src/LookupMisses.ts"

const install: FoundInstall = {
  tenantId: ids.tenants.acme,
  installId: ids.installs.full,
  extensionId: ids.extensions.full,
  contentHash: "a".repeat(64)
}

/** A look-up that finds the install or not, and notes what it is asked. */
const scene = () => {
  const asked: Array<string> = []
  const state = { found: false }
  const answer = (what: string) =>
    Effect.sync(() => {
      asked.push(what)
      return state.found ? install : null
    })
  const lookup = Layer.succeed(InstallLookup, {
    byHost: (host) => answer(host),
    byId: (id) => answer(id),
    byBundle: (extension, hash) => answer(`${extension} ${hash}`)
  })
  return { asked, state, layer: Layer.provide(layerMissesRemembered, lookup) }
}

const host = HostName.make("a.example")

const all = Effect.flatMap(InstallLookup, (lookup) =>
  Effect.all([
    lookup.byHost(host),
    lookup.byId(install.installId),
    lookup.byBundle(install.extensionId, install.contentHash)
  ])
)

describe("the memory of look-ups", () => {
  it.effect("asks for what is missing once in its time, and for each thing by itself", () => {
    const { asked, layer, state } = scene()
    return Effect.gen(function* () {
      const missing = [null, null, null] as [null, null, null]
      assert.deepStrictEqual([yield* all, yield* all], [missing, missing])
      assert.lengthOf(asked, 3)
      state.found = true
      assert.deepStrictEqual(yield* all, missing)
      assert.deepStrictEqual(yield* (yield* InstallLookup).byHost(HostName.make("b.example")), install)
      yield* TestClock.adjust(rememberedMisses.time)
      assert.deepStrictEqual(yield* all, [install, install, install])
    }).pipe(Effect.provide(layer))
  })

  it.effect("forgets a miss in its time, though the time of day is set back meanwhile", () => {
    const { layer, state } = scene()
    return Effect.gen(function* () {
      yield* TestClock.adjust("2 days")
      yield* all
      state.found = true
      yield* TestClock.setTime(0)
      yield* TestClock.adjust(rememberedMisses.time)
      assert.deepStrictEqual(yield* all, [install, install, install])
    }).pipe(Effect.provide(layer))
  })

  it.effect("asks each time for what is found, so that it is gone at once", () => {
    const { asked, layer, state } = scene()
    state.found = true
    return Effect.gen(function* () {
      yield* Effect.andThen(all, all)
      assert.lengthOf(asked, 6)
      state.found = false
      assert.deepStrictEqual(yield* all, [null, null, null])
    }).pipe(Effect.provide(layer))
  })

  it.effect("remembers a bounded number, and forgets the oldest", () => {
    const { asked, layer } = scene()
    return Effect.gen(function* () {
      const { byId } = yield* InstallLookup
      const many = Array.from({ length: rememberedMisses.entries + 1 }, () => InstallId.make(crypto.randomUUID()))
      for (const id of many) yield* byId(id)
      const [first = install.installId, second = install.installId] = many
      asked.length = 0
      yield* Effect.andThen(byId(second), byId(first))
      assert.deepStrictEqual(asked, [first])
    }).pipe(Effect.provide(layer))
  })
})
